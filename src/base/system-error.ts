import { isError } from "./realm.ts";

/** The system's code of an error (`ENOENT`), or "" when it has none. */
export function codeOf(thrown: unknown): string {
  return isError(thrown) && "code" in thrown ? String(thrown.code) : "";
}

/** For `catch`: null where a file, or a directory on the way to it, is not there. @throws Every other error. */
export function absentAsNull(thrown: unknown): null {
  if (codeOf(thrown) === "ENOENT") return null;
  throw thrown;
}

/** How often a call is made again after a signal came in between. */
const INTERRUPTIONS_MAX = 8;

/**
 * Makes a call again that a signal has interrupted (EINTR).
 *
 * Only for calls that may be made twice. The runtime repeats most of them itself, but not fsync.
 */
export async function uninterrupted<T>(call: () => Promise<T>): Promise<T> {
  for (let interruptions = 1; ; interruptions++) {
    try {
      return await call();
    } catch (error) {
      if (codeOf(error) !== "EINTR" || interruptions > INTERRUPTIONS_MAX) throw error;
    }
  }
}
