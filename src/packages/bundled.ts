import { isPackageName } from "./specifier.ts";

/** TABLE: packages that come with the server, so that a script can require them without an install. */
export const BUNDLED: ReadonlySet<string> = new Set(["zod"]);

/**
 * Names of the platform's own client. They are never asked for at a registry: whoever registers such a name there
 * would have their code run by every script that follows our documentation.
 */
const OWN_CLIENTS: ReadonlySet<string> = new Set(["@hoody-ai/hoody-sdk", "hoody-sdk"]);

/** Why a name is never handed to the package manager; null for one that may be. */
export function refusalOf(name: string): string | null {
  if (!isPackageName(name)) return "that is not the name of a package";
  return OWN_CLIENTS.has(name)
    ? "a later version of the server brings it, no registry is asked for it"
    : null;
}
