import { CLIENT_NAMES } from "./builtin-client.ts";
import { isPackageName } from "./specifier.ts";

/** TABLE: packages that come with the server, so that a script can require them without an install. */
export const BUNDLED: ReadonlySet<string> = new Set(["zod", ...CLIENT_NAMES]);

/** Why a name is never handed to the package manager; null for one that may be. */
export function refusalOf(name: string): string | null {
  if (!isPackageName(name)) return "that is not the name of a package";
  return CLIENT_NAMES.has(name) ? "the server brings it itself, no registry is asked for it" : null;
}
