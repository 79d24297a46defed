import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A directory that goes away with the scope that holds it. */
export interface TempDir extends AsyncDisposable {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Writes files by their relative paths; directories are made. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Relative paths of all files, sorted. */
  list(): Promise<string[]>;
}

/** Makes a directory below the system's temporary one; use it with `await using`. */
export async function tempDir(): Promise<TempDir> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "hoody-exec-")));
  return {
    path,
    async write(files) {
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(path, file)), { recursive: true });
        await writeFile(join(path, file), content);
      }
    },
    async list() {
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
        .sort();
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
