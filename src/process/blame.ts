import type { PageReading } from "./parent-page.ts";
import type { Exit } from "./server-child.ts";

/** Who a dead server is put down to. */
export interface Blame {
  /** null when it is not certain. */
  readonly script: string | null;
  /** The deployment whose timer ran, when its script is not known. */
  readonly deployment?: string;
  /** Scripts that waited for something and may have gone on, when none is known to have run. */
  readonly candidates?: readonly string[];
}

/** Candidates that are told. */
const CANDIDATES_MAX = 8;

/** Signals by which a process is ended from inside: a fault of native code, a failed check, `abort()`. */
const FROM_INSIDE: ReadonlySet<string | null> = new Set([
  "SIGSEGV",
  "SIGBUS",
  "SIGILL",
  "SIGTRAP",
  "SIGFPE",
  "SIGABRT",
  "SIGSYS",
]);

/**
 * Says which script held up or ended a server.
 *
 * The mark names the script whose code ran in an unbroken run from the server. Code that goes on after an `await` has
 * no mark; the executions that waited are then the only ones that can have gone on. One of them alone is named, of
 * several none. SIGKILL may have come from anybody, so it says nothing about scripts that merely waited.
 */
export function blame(
  { running, waiting }: PageReading,
  { stalled, exit }: { readonly stalled: boolean; readonly exit: Exit },
): Blame {
  if (running !== null) {
    return isScript(running) ? { script: running } : { script: null, deployment: running };
  }
  const cameFromInside = stalled || FROM_INSIDE.has(exit.signal) || (exit.code !== null && exit.code !== 0);
  if (!cameFromInside || waiting.length === 0) return { script: null };
  const [only = null, ...others] = waiting;
  if (others.length === 0) return { script: only };
  return { script: null, candidates: waiting.slice(0, CANDIDATES_MAX) };
}

function isScript(name: string): boolean {
  return /\.[jt]s$/.test(name);
}
