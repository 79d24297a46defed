import { constants } from "node:fs";
import { type FileSystem, type OpenFile, systemFiles } from "./file-system.ts";
import { codeOf, uninterrupted } from "./system-error.ts";

/** What file systems say that cannot flush a directory by itself, some network ones among them. */
const CANNOT_FLUSH = ["EINVAL", "ENOTSUP", "EOPNOTSUPP"];

/**
 * A directory that is held open while names in it change, so that the change can be made to survive a crash.
 *
 * It is opened before anything is changed: between a rename and its flush no lack of rights or file handles can come.
 */
export class OpenDirectory implements AsyncDisposable {
  readonly #handle: OpenFile;

  private constructor(handle: OpenFile) {
    this.#handle = handle;
  }

  /** @throws The error of the file system; `ENOTDIR` for anything else than a directory. */
  static async open(path: string, files: FileSystem = systemFiles): Promise<OpenDirectory> {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY;
    return new OpenDirectory(await uninterrupted(() => files.open(path, flags)));
  }

  /** Makes names that were added or taken survive a crash. @throws What they are worth is unknown then. */
  async flush(): Promise<void> {
    try {
      await uninterrupted(() => this.#handle.sync());
    } catch (error) {
      if (!CANNOT_FLUSH.includes(codeOf(error))) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#handle.close();
    } catch {
      // Nothing was written through it, so nothing can be lost.
    }
  }
}
