import { mkdirSync } from "node:fs";
import { lstat, mkdir, readFile, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, extname, join, resolve as toAbsolute } from "node:path";
import { flushDirectory, isTemporaryName, writeAtomically } from "../base/atomic-write.ts";
import { ExecError, isExecError } from "../errors/exec-error.ts";
import type { ScriptChanges } from "./changes.ts";
import { DEFAULT_DEPLOYMENT, type Deployment } from "./deployment.ts";
import { type DirectoryEntry, readEntries, walkFiles } from "./directory.ts";
import { PathLocks } from "./path-locks.ts";
import { resolveInScope } from "./scope.ts";
import { toStorageError } from "./storage-error.ts";

/** Text of a stored file and what the disk says about it. */
export interface StoredText {
  readonly text: string;
  /** Bytes on disk. */
  readonly size: number;
  readonly created: Date;
  readonly modified: Date;
  /** With its dot; "" for none. */
  readonly extension: string;
}

/**
 * The user's files below the scripts root: every reading and changing of them through the control API.
 *
 * A `file` is relative to the root, as {@link resolve} answers it. Changes of one file happen one after the other, in
 * the order they were asked for, and each is told to `changes` before its promise resolves.
 */
export class ScriptStore {
  /** Absolute path of the scripts root. */
  readonly root: string;
  readonly changes: ScriptChanges;
  readonly #locks = new PathLocks();

  /** Makes the root, and the default deployment in it, so that a fresh installation has a place for a first script. */
  constructor({ root, changes }: { readonly root: string; readonly changes: ScriptChanges }) {
    this.root = toAbsolute(root);
    this.changes = changes;
    mkdirSync(join(this.root, DEFAULT_DEPLOYMENT.key), { recursive: true });
  }

  /**
   * The file that a path of a control request names.
   *
   * @throws {ExecError} 403 `pathExcluded`, `pathOutside`, `pathSymlink`; 400 for a path that no file can have.
   */
  resolve(path: string, deployment: Deployment): string {
    const file = resolveInScope(this.root, path, deployment);
    // A file in the place of a deployment would end the deployment.
    if (file === deployment.key || file === "") throw directoryInPlaceOf(file);
    if (isTemporaryName(file)) throw new ExecError("pathExcluded");
    return file;
  }

  /** The same for a directory; "" is the deployment itself. */
  resolveDirectory(path: string, deployment: Deployment): string {
    try {
      return resolveInScope(this.root, path, deployment);
    } catch (error) {
      if (isExecError(error) && error.kind === "pathExcluded") {
        throw new ExecError("pathExcluded", "Directory is excluded from script discovery");
      }
      throw error;
    }
  }

  /**
   * Reads a file as UTF-8.
   *
   * @throws {ExecError} `scriptMissing`; `invalidInput` for a directory or anything else that is no regular file.
   */
  async readText(file: string): Promise<StoredText> {
    const path = join(this.root, file);
    try {
      const found = await stat(path);
      if (found.isDirectory()) throw directoryInPlaceOf(file);
      // Reading a pipe or a device might never end.
      if (!found.isFile()) throw new ExecError("invalidInput", "path is not a regular file");
      const bytes = await readFile(path);
      return {
        text: bytes.toString("utf8"),
        size: bytes.length,
        created: found.birthtime,
        modified: found.mtime,
        extension: extname(file),
      };
    } catch (error) {
      throw toStorageError(error, { action: "read", file, absent: "scriptMissing" });
    }
  }

  /**
   * Stores a file byte for byte, as a whole or not at all (running.md §3).
   *
   * @param options.createDirs Whether missing directories are made.
   * @throws {ExecError} `invalidInput` over a directory, below a file, or without its directory; `storageFailed`.
   */
  write(
    file: string,
    content: string | Uint8Array,
    { createDirs }: { readonly createDirs: boolean },
  ): Promise<{ readonly created: boolean; readonly size: number; readonly modified: Date }> {
    return this.#locks.run([file], () => this.#replace(file, content, { createDirs }));
  }

  /**
   * Replaces a file by what `change` makes of its text; no other change of the file comes in between.
   *
   * The same text leaves the file alone, with its time of change, and so does an error of `change`.
   *
   * @returns What `change` answered.
   * @throws {ExecError} As {@link readText} and {@link write}, and whatever `change` throws.
   */
  edit<E extends { readonly source: string }>(file: string, change: (text: string) => E): Promise<E> {
    return this.#locks.run([file], async () => {
      const { text } = await this.readText(file);
      const edited = change(text);
      if (edited.source !== text) await this.#replace(file, edited.source, { createDirs: false });
      return edited;
    });
  }

  /**
   * Removes one file; directories that become empty stay.
   *
   * @returns Bytes it had.
   * @throws {ExecError} `scriptMissing`; `invalidInput` for a directory; `storageFailed`.
   */
  delete(file: string): Promise<{ readonly size: number }> {
    return this.#locks.run([file], async () => {
      const path = join(this.root, file);
      try {
        const { size } = await fileAt(path, file);
        await unlink(path);
        this.changes.emit({ kind: "removed", file, origin: "api" });
        await flushDirectory(dirname(path));
        return { size };
      } catch (error) {
        throw toStorageError(error, { action: "delete", file, absent: "scriptMissing" });
      }
    });
  }

  /**
   * Gives a file another name; the directory of the new name is made, nothing else moves along.
   *
   * @returns Bytes it has.
   * @throws {ExecError} `scriptMissing`, `targetExists`; `invalidInput` where either name is a directory.
   */
  move(
    from: string,
    to: string,
    { overwrite }: { readonly overwrite: boolean },
  ): Promise<{ readonly size: number }> {
    return this.#locks.run(from === to ? [from] : [from, to], async () => {
      const source = join(this.root, from);
      const target = join(this.root, to);
      const { size } = await this.#movable(source, from);
      try {
        const taken = await lstat(target).catch(absentAsNull);
        if (taken !== null && !overwrite) {
          throw new ExecError("targetExists", `Cannot move "${from}" to "${to}": the target exists`);
        }
        if (taken?.isDirectory()) throw directoryInPlaceOf(to);
        await makeDirectory(dirname(target));
        await rename(source, target);
      } catch (error) {
        throw toStorageError(error, { action: "move to", file: to, absent: "invalidInput" });
      }
      this.changes.emit({ kind: "written", file: to, origin: "api" });
      if (from !== to) this.changes.emit({ kind: "removed", file: from, origin: "api" });
      await this.#flush([dirname(target), dirname(source)], to);
      return { size };
    });
  }

  /**
   * Lists a directory, by name; reserved directories and dot-files are left out.
   *
   * @param directory As {@link resolveDirectory} answers it.
   * @param options.recursive Every file below instead of one level; directories behind a link are not entered.
   * @throws {ExecError} `directoryMissing`; `invalidInput` for a file.
   */
  async list(
    directory: string,
    { recursive }: { readonly recursive: boolean },
  ): Promise<readonly DirectoryEntry[]> {
    try {
      return recursive ? await walkFiles(this.root, directory) : await readEntries(this.root, directory);
    } catch (error) {
      throw await this.#listingError(error, directory);
    }
  }

  /** Writes a file whose lock is held. */
  async #replace(
    file: string,
    content: string | Uint8Array,
    { createDirs }: { readonly createDirs: boolean },
  ) {
    const path = join(this.root, file);
    try {
      if (createDirs) await makeDirectory(dirname(path));
      const created = !(await isThere(path, file));
      const { size, modified } = await writeAtomically(path, content);
      this.changes.emit({ kind: "written", file, origin: "api" });
      return { created, size, modified };
    } catch (error) {
      throw toStorageError(error, { action: "write", file, absent: "invalidInput" });
    }
  }

  async #listingError(error: unknown, directory: string): Promise<ExecError> {
    const found = await stat(join(this.root, directory)).catch(() => null);
    if (found !== null && !found.isDirectory())
      return new ExecError("invalidInput", "dir is not a directory");
    return toStorageError(error, { action: "list", file: directory, absent: "directoryMissing" });
  }

  async #movable(source: string, from: string) {
    try {
      return await fileAt(source, from);
    } catch (error) {
      throw toStorageError(error, { action: "move", file: from, absent: "scriptMissing" });
    }
  }

  async #flush(directories: readonly string[], file: string): Promise<void> {
    try {
      for (const directory of new Set(directories)) await flushDirectory(directory);
    } catch (error) {
      throw toStorageError(error, { action: "move to", file, absent: "storageFailed" });
    }
  }
}

/** Makes a directory and all above it, and flushes each that got a new name. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made))
    await flushDirectory(dirname(made));
}

/** Whether a file is there; a directory in its place is the caller's mistake. */
async function isThere(path: string, file: string): Promise<boolean> {
  const found = await lstat(path).catch(absentAsNull);
  if (found?.isDirectory()) throw directoryInPlaceOf(file);
  return found !== null;
}

/** The entry itself, a link included; a directory is refused. */
async function fileAt(path: string, file: string) {
  const found = await lstat(path);
  if (found.isDirectory()) throw directoryInPlaceOf(file);
  return found;
}

function absentAsNull(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

function directoryInPlaceOf(file: string): ExecError {
  return new ExecError("invalidInput", "path is a directory; use scripts/list", {
    details: { field: "path", reason: `"${basename(file)}" is a directory` },
  });
}
