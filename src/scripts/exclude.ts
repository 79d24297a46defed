import { isTemporaryName } from "../base/atomic-write.ts";

/** Names of directories that are never listed, served or written, at any depth (control-api.md §0.2). */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  "node_modules",
  ".git",
  ".hoody-cache",
  "_sdk",
  "_hoody",
]);

/** Endings of names, before the extension, that mark files about a script rather than scripts. */
const NOT_SERVED = [".test", ".spec", ".d"] as const;

/** Whether a path has a reserved name anywhere. */
export function isReserved(file: string): boolean {
  return file.split("/").some((segment) => RESERVED_NAMES.has(segment));
}

/** Whether a name is left out of listings: reserved directories and dot-files (control-api.md §4). */
export function isHidden(name: string): boolean {
  return name.startsWith(".") || RESERVED_NAMES.has(name);
}

/** Whether a change of this path on disk can matter to a script: what is reserved or temporary cannot. */
export function isWatched(file: string): boolean {
  return !isReserved(file) && !isTemporaryName(file);
}

/** Whether a directory of this name can hold routes (script-runtime.md §1). */
export function isRouteDirectory(name: string): boolean {
  return !name.startsWith("_") && !name.startsWith(".") && !RESERVED_NAMES.has(name);
}

/** Whether a file of this name, in a directory that can hold routes, is a script that answers requests. */
export function isRouteName(name: string): boolean {
  if (!isScript(name) || name.startsWith("_") || name.startsWith(".")) return false;
  const stem = name.slice(0, -".ts".length);
  return stem !== "pre" && stem !== "post" && !NOT_SERVED.some((ending) => stem.endsWith(ending));
}

/** Whether a path below the scripts root is a script that answers requests. */
export function isRouteFile(file: string): boolean {
  const names = file.split("/");
  const name = names.pop() ?? "";
  return isRouteName(name) && names.every(isRouteDirectory);
}

/** Whether a file is source that scripts are made of: a route, a middleware or a helper. */
export function isScript(file: string): boolean {
  return file.endsWith(".ts") || file.endsWith(".js");
}
