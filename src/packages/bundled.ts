import { createRequire } from "node:module";
import { CLIENT_NAMES } from "./builtin-client.ts";
import { isPackageName } from "./specifier.ts";

/** TABLE: packages that come with the server, so that a script can require them without an install. */
export const BUNDLED: ReadonlySet<string> = new Set(["zod", ...CLIENT_NAMES]);

/** The server's own package.json: the client has its version. */
const OWN_PACKAGE = "../../package.json";

/** Why a name is never handed to the package manager; null for one that may be. */
export function refusalOf(name: string): string | null {
  if (!isPackageName(name)) return "that is not the name of a package";
  return CLIENT_NAMES.has(name) ? "the server brings it itself, no registry is asked for it" : null;
}

/**
 * Version of a package that comes with the server.
 *
 * @returns Null when it is not there after all.
 */
export function bundledVersion(name: string): string | null {
  try {
    const file = CLIENT_NAMES.has(name) ? OWN_PACKAGE : `${name}/package.json`;
    const { version } = createRequire(import.meta.url)(file) as { version?: unknown };
    return typeof version === "string" ? version : null;
  } catch {
    return null; // The server was installed without it.
  }
}
