import { type Dirent, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { safePath } from "../base/safe-path.ts";
import { isRouteDirectory } from "../scripts/exclude.ts";

/**
 * Calls back for every file in directories that can hold routes.
 *
 * Synchronous, for the start of the server and for a reset: 10,000 files take some 20 ms. A directory that cannot be
 * read is passed over, so that one of them does not take all routes away.
 *
 * @param root Absolute scripts root.
 * @param visit Receives each file, relative to the root.
 */
export function scanRouteFiles(root: string, visit: (file: string) => void): void {
  const waiting = [""];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    const prefix = directory === "" ? "" : `${directory}/`;
    for (const entry of readDirectory(join(root, directory))) {
      const path = prefix + entry.name;
      if (entry.isDirectory()) {
        if (isRouteDirectory(entry.name)) waiting.push(path);
      } else if (entry.isFile() || (entry.isSymbolicLink() && isFileInside(root, path))) {
        visit(path);
      }
    }
  }
}

/** Whether a link ends at a regular file below the root. Directories behind links cannot be watched: not followed. */
export function isFileInside(root: string, link: string): boolean {
  const safe = safePath(root, link);
  return (
    safe.kind === "inside" && (lstatSync(join(root, safe.real), { throwIfNoEntry: false })?.isFile() ?? false)
  );
}

function readDirectory(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    // Gone since its parent was read, or without the right to read it: there are no scripts to run in it.
    return [];
  }
}
