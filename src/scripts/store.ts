import { stat } from "node:fs/promises";
import { dirname, join, resolve as toAbsolute } from "node:path";
import { flushFile, isTemporaryName, writeAtomically } from "../base/atomic-write.ts";
import { type FileStatus, type FileSystem, systemFiles } from "../base/file-system.ts";
import { flushDirectories, makeDirectory, makeDirectorySync } from "../base/make-directory.ts";
import { OpenDirectory } from "../base/open-directory.ts";
import { absentAsNull } from "../base/system-error.ts";
import { ExecError, isExecError } from "../errors/exec-error.ts";
import type { ScriptChanges } from "./changes.ts";
import { DEFAULT_DEPLOYMENT, type Deployment } from "./deployment.ts";
import { type DirectoryEntry, readEntries, walkFiles } from "./directory.ts";
import { PathLocks } from "./path-locks.ts";
import { resolveInScope } from "./scope.ts";
import { directoryInPlaceOf, type StorageAction, toStorageError } from "./storage-error.ts";
import { readStoredText, type StoredText } from "./stored-text.ts";

/** Collaborators of a {@link ScriptStore}. */
export interface ScriptStoreOptions {
  /** Scripts root. */
  readonly root: string;
  readonly changes: ScriptChanges;
  /** The machine's own when left out. */
  readonly files?: FileSystem;
}

/** Lock of whoever makes directories; no file has this path. */
const DIRECTORIES = "";

/**
 * The user's files below the scripts root: every reading and changing of them through the control API.
 *
 * A `file` is relative to the root, as {@link resolve} answers it. Changes of one file happen one after the other, in
 * the order they were asked for, and each is told to `changes` before its promise settles. What has resolved would
 * survive a crash of the machine; what was rejected with `storageFailed` may have happened all the same, when only its
 * last flush failed, and then `changes` was told so.
 */
export class ScriptStore {
  /** Absolute path of the scripts root. */
  readonly root: string;
  readonly changes: ScriptChanges;
  readonly #files: FileSystem;
  readonly #locks = new PathLocks();
  /** Directories whose names were added to by the constructor: the first change waits for them, the start does not. */
  readonly #unflushed: string[];

  /** Makes the root, and the default deployment in it, so that a fresh installation has a place for a first script. */
  constructor({ root, changes, files = systemFiles }: ScriptStoreOptions) {
    this.root = toAbsolute(root);
    this.changes = changes;
    this.#files = files;
    this.#unflushed = makeDirectorySync(join(this.root, DEFAULT_DEPLOYMENT.key));
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

  /** @throws {ExecError} As {@link readStoredText}. */
  readText(file: string): Promise<StoredText> {
    return readStoredText(this.root, file);
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
    const action: StorageAction = { action: "delete", file, absent: "scriptMissing" };
    return this.#locks.run([file], () =>
      this.#following([file], action, async ([found = null]) => {
        if (found === null) throw new ExecError("scriptMissing");
        const path = join(this.root, file);
        await using directory = await OpenDirectory.open(dirname(path), this.#files);
        await this.#files.unlink(path);
        await directory.flush();
        this.changes.emit({ kind: "removed", file, origin: "api" });
        return { size: found.size };
      }),
    );
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
    const action: StorageAction = { action: "move to", file: to, absent: "invalidInput" };
    return this.#locks.run(from === to ? [from] : [from, to], async () => {
      const { size } = await this.#movable(from);
      return this.#following([from, to], action, async ([found = null, taken = null]) => {
        if (taken !== null && !overwrite) {
          throw new ExecError("targetExists", `Cannot move "${from}" to "${to}": the target exists`);
        }
        await this.#rename(from, to, { isSecondName: from !== to && isSecondName(found, taken) });
        this.changes.emit({ kind: "written", file: to, origin: "api" });
        if (from !== to) this.changes.emit({ kind: "removed", file: from, origin: "api" });
        return { size };
      });
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
  #replace(file: string, content: string | Uint8Array, { createDirs }: { readonly createDirs: boolean }) {
    const action: StorageAction = { action: "write", file, absent: "invalidInput" };
    return this.#following([file], action, async ([found = null]) => {
      const path = join(this.root, file);
      await this.#prepareDirectory(dirname(path), { createDirs });
      const { size, modified } = await writeAtomically(path, content, this.#files);
      this.changes.emit({ kind: "written", file, origin: "api" });
      return { created: found === null, size, modified };
    });
  }

  /** Gives a file whose lock is held another name; a crash leaves the one or the other. */
  async #rename(
    from: string,
    to: string,
    { isSecondName }: { readonly isSecondName: boolean },
  ): Promise<void> {
    const [source, target] = [join(this.root, from), join(this.root, to)];
    await this.#prepareDirectory(dirname(target), { createDirs: true });
    await using sourceDirectory = await OpenDirectory.open(dirname(source), this.#files);
    await using targetDirectory = await OpenDirectory.open(dirname(target), this.#files);
    // An editor may have written it without a flush: it must not take the place of what is safe on the disk.
    if ((await this.#files.lstat(source)).isFile()) await flushFile(source, this.#files);
    // rename(2) leaves both names of one file as they are.
    if (isSecondName) await this.#files.unlink(source);
    else await this.#files.rename(source, target);
    // The new name first: a crash in between may show both, never none.
    await targetDirectory.flush();
    await sourceDirectory.flush();
  }

  /** One at a time, so that nobody relies on a directory whose own name has not been flushed yet. */
  #prepareDirectory(path: string, { createDirs }: { readonly createDirs: boolean }): Promise<void> {
    return this.#locks.run([DIRECTORIES], async () => {
      await flushDirectories(this.#unflushed, this.#files);
      if (createDirs) await makeDirectory(path, this.#files);
    });
  }

  /**
   * Does a change of some files. Should trouble come after it was made, by its last flush for one, `changes` is told all
   * the same: what is kept in memory follows the disk, never the answer.
   *
   * @param change Receives what stood at each path before, null for nothing.
   */
  async #following<T>(
    files: readonly string[],
    action: StorageAction,
    change: (before: readonly (FileStatus | null)[]) => Promise<T>,
  ): Promise<T> {
    const before: (FileStatus | null)[] = [];
    try {
      for (const file of files) before.push(await this.#fileAt(file).catch(absentAsNull));
      return await change(before);
    } catch (error) {
      for (const [index, found] of before.entries()) await this.#tellIfChanged(files[index] ?? "", found);
      throw toStorageError(error, action);
    }
  }

  async #tellIfChanged(file: string, before: FileStatus | null): Promise<void> {
    const path = join(this.root, file);
    // Where even that cannot be found out, whoever reads the file again will meet the truth.
    const found = await this.#files
      .lstat(path)
      .catch(absentAsNull)
      .catch(() => "unknown" as const);
    if (found !== "unknown" && found?.ino === before?.ino) return;
    try {
      this.changes.emit({ kind: found === null ? "removed" : "written", file, origin: "api" });
    } catch {
      // The trouble that brought us here is the one worth telling.
    }
  }

  async #movable(file: string): Promise<FileStatus> {
    try {
      return await this.#fileAt(file);
    } catch (error) {
      throw toStorageError(error, { action: "move", file, absent: "scriptMissing" });
    }
  }

  /** The entry itself, a link included. @throws A directory is the caller's mistake. */
  async #fileAt(file: string): Promise<FileStatus> {
    const found = await this.#files.lstat(join(this.root, file));
    if (found.isDirectory()) throw directoryInPlaceOf(file);
    return found;
  }

  async #listingError(error: unknown, directory: string): Promise<ExecError> {
    const found = await stat(join(this.root, directory)).catch(() => null);
    if (found !== null && !found.isDirectory())
      return new ExecError("invalidInput", "dir is not a directory");
    return toStorageError(error, { action: "list", file: directory, absent: "directoryMissing" });
  }
}

/** Whether two entries are names of one file. A name that only differs by case, where case is ignored, is no second one. */
function isSecondName(one: FileStatus | null, other: FileStatus | null): boolean {
  return one !== null && one.nlink > 1 && one.dev === other?.dev && one.ino === other.ino;
}
