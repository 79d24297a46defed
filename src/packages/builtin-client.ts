import { join } from "node:path";

/**
 * Names of the platform's own client, which the server brings itself. They are never asked for at a registry: whoever
 * registers such a name there would have their code run by every script that follows our documentation.
 */
export const CLIENT_NAMES: ReadonlySet<string> = new Set(["@hoody-ai/hoody-sdk", "hoody-sdk"]);

/** The typed client of this server's control API. */
export const CLIENT_PATH = join(import.meta.dir, "../client/index.ts");
