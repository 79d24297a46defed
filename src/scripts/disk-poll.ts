import { type Dirent, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isWatched } from "./exclude.ts";

/** Finds changes by reading a directory tree again and again, for systems that grant too few watches. */
export class DiskPoll {
  readonly #root: string;
  #known: ReadonlyMap<string, string> = new Map();

  /** @param root Absolute. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Files that are new, other or gone since the last call; all of them at the first. */
  changedPaths(): readonly string[] {
    const before = this.#known;
    const now = new Map<string, string>();
    this.#readInto(now, "");
    this.#known = now;
    return [
      ...[...now].filter(([file, mark]) => before.get(file) !== mark).map(([file]) => file),
      ...[...before.keys()].filter((file) => !now.has(file)),
    ];
  }

  #readInto(marks: Map<string, string>, directory: string): void {
    for (const entry of entriesIn(join(this.#root, directory))) {
      const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
      if (!isWatched(path)) continue;
      if (entry.isDirectory()) {
        this.#readInto(marks, path);
        continue;
      }
      const found = lstatSync(join(this.#root, path), { throwIfNoEntry: false });
      // The time of the last status change betrays a write that kept size and time of modification.
      if (found !== undefined)
        marks.set(path, `${found.ino}:${found.size}:${found.mtimeMs}:${found.ctimeMs}`);
    }
  }
}

function entriesIn(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    // Gone, or closed to us: what was known of it counts as removed.
    return [];
  }
}
