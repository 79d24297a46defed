import { readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { ExecError } from "../errors/exec-error.ts";
import { directoryInPlaceOf, toStorageError } from "./storage-error.ts";

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
 * Reads a file as UTF-8.
 *
 * @param root Absolute scripts root.
 * @param file Relative to it.
 * @throws {ExecError} `scriptMissing`; `invalidInput` for a directory or anything else that is no regular file.
 */
export async function readStoredText(root: string, file: string): Promise<StoredText> {
  const path = join(root, file);
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
