import { Glob } from "bun";
import { ExecError } from "../errors/exec-error.ts";
import type { RouteTable } from "../routing/route-table.ts";
import { companionsOf } from "../scripts/companions.ts";
import type { ScriptStore } from "../scripts/store.ts";
import type { CompanionFormat } from "./companion.ts";
import { type OpenApiPath, toOpenApiPath } from "./paths.ts";

/** A script that answers a route, and the file that describes it. */
export interface ScriptRoute {
  /** Relative to the scripts root. */
  readonly file: string;
  /** Relative to the directory where routes begin, `users/[id].ts`. */
  readonly path: string;
  readonly route: OpenApiPath;
  readonly companion: {
    /** Relative to the scripts root. */
    readonly file: string;
    /** As {@link ScriptRoute.path}. */
    readonly path: string;
    readonly format: CompanionFormat;
  } | null;
}

/** A directory to look into. */
export interface ScriptDirectory {
  /** Relative to the scripts root, and there. */
  readonly directory: string;
  /** Directory whose scripts begin at "/": the deployment for what lies in it. */
  readonly routeRoot: string;
}

/** Which scripts of a directory are meant. */
export interface ScriptChoice {
  readonly recursive: boolean;
  /** Globs on the file name, or on the path where they hold a "/". */
  readonly includePatterns: readonly string[];
  readonly excludePatterns: readonly string[];
  /** Scripts that one answer may be about. */
  readonly scriptsMax: number;
}

/**
 * The scripts of a directory that answer requests, by path: of two files for one route only the one that runs.
 *
 * @throws {ExecError} `directoryMissing`, `invalidInput` for a file; `documentTooLarge` for too many.
 */
export async function findScriptRoutes(
  { scripts, routes }: { readonly scripts: ScriptStore; readonly routes: RouteTable },
  { directory, routeRoot }: ScriptDirectory,
  choice: ScriptChoice,
): Promise<readonly ScriptRoute[]> {
  const entries = await scripts.list(directory, { recursive: choice.recursive });
  const files = new Set(entries.filter(({ isDirectory }) => !isDirectory).map(({ path }) => path));
  const skipped = routeRoot === "" ? 0 : routeRoot.length + 1;
  const isMeant = toChooser(choice);
  const found = routes
    .discover(directory, { patternRoot: routeRoot })
    .filter(({ file }) => files.has(file) && isMeant(file.slice(skipped)));
  if (found.length > choice.scriptsMax) {
    throw new ExecError("documentTooLarge", undefined, {
      details: {
        field: "directory",
        reason: `${found.length} scripts are more than ${choice.scriptsMax}`,
        maxScripts: choice.scriptsMax,
      },
      limit: "openapiScriptsMax",
    });
  }
  return found.map(({ file, routePattern }) => ({
    file,
    path: file.slice(skipped),
    route: toOpenApiPath(routePattern),
    companion: companionOf(file, files, skipped),
  }));
}

function companionOf(file: string, files: ReadonlySet<string>, skipped: number): ScriptRoute["companion"] {
  const found = companionFiles(file).find((each) => files.has(each.file));
  return found === undefined ? null : { ...found, path: found.file.slice(skipped) };
}

/** Where a script's companion may lie; the first that is there counts. */
export function companionFiles(
  file: string,
): readonly { readonly file: string; readonly format: CompanionFormat }[] {
  const { openapi, schema } = companionsOf(file);
  return [
    { file: openapi, format: "openapi-json" },
    { file: schema, format: "json-schema" },
  ];
}

function toChooser({ includePatterns, excludePatterns }: ScriptChoice): (path: string) => boolean {
  const included = toMatcher(includePatterns);
  const excluded = toMatcher(excludePatterns);
  return (path) => included(path) && !excluded(path);
}

/** The runtime matches globs in linear time, nested braces and stars in a row included (measured). */
function toMatcher(patterns: readonly string[]): (path: string) => boolean {
  const globs = patterns.map((pattern) => ({ glob: new Glob(pattern), isPath: pattern.includes("/") }));
  return (path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return globs.some(({ glob, isPath }) => glob.match(isPath ? path : name));
  };
}
