import type { Deployment } from "../../scripts/deployment.ts";
import type { Services } from "../../services.ts";
import {
  findScriptRoutes,
  type ScriptChoice,
  type ScriptDirectory,
  type ScriptRoute,
} from "../../user-openapi/script-routes.ts";
import { findDirectory } from "../find-directory.ts";
import { OWN_SCRIPTS } from "./schemas.ts";

/** Every script below, but tests; those are no routes anyway. */
export const EVERY_SCRIPT = {
  recursive: true,
  includePatterns: ["*.js", "*.ts"],
  excludePatterns: ["*.test.js", "*.spec.ts", "*.test.ts", "*.spec.js"],
} as const;

/** The scripts of some directories, each once, and the directories below the scripts root. */
export interface Scan {
  readonly directories: readonly string[];
  readonly found: readonly ScriptRoute[];
}

/**
 * Finds the scripts that a call is about.
 *
 * @param names Directories as the caller wrote them.
 * @throws {ExecError} 403 for a place outside; `directoryMissing`; `invalidInput` for a file; `documentTooLarge`.
 */
export async function scan(
  { scripts, routes, config }: Services,
  deployment: Deployment,
  names: readonly string[],
  choice: Omit<ScriptChoice, "scriptsMax"> = EVERY_SCRIPT,
): Promise<Scan> {
  const found = new Map<string, ScriptRoute>();
  const directories: string[] = [];
  for (const name of names) {
    const place = await toScriptDirectory(scripts, name, deployment);
    directories.push(place.directory);
    const scriptsMax = config.openapiScriptsMax - found.size;
    for (const script of await findScriptRoutes({ scripts, routes }, place, { ...choice, scriptsMax })) {
      if (!found.has(script.file)) found.set(script.file, script);
    }
  }
  return { directories, found: [...found.values()] };
}

async function toScriptDirectory(
  scripts: Services["scripts"],
  name: string,
  deployment: Deployment,
): Promise<ScriptDirectory> {
  const directory = await findDirectory(scripts, name === OWN_SCRIPTS ? "" : name, deployment);
  const isOwn = directory === deployment.key || directory.startsWith(`${deployment.key}/`);
  return { directory, routeRoot: isOwn ? deployment.key : directory };
}
