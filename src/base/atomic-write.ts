import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type FileStatus, type FileSystem, type OpenFile, systemFiles } from "./file-system.ts";
import { OpenDirectory } from "./open-directory.ts";
import { absentAsNull, uninterrupted } from "./system-error.ts";

/** Short whatever the target's name, so that a name of 255 bytes can be written, too. */
const TEMPORARY_NAME = /^\.hoody-[0-9a-f]{16}\.tmp$/;

/** A new file and no other: never one that someone else put at this name, never through a link. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** Permission bits, those of set-id and sticky included. */
const PERMISSIONS = 0o7777;

/** What stands at a path after it was written. */
export interface WrittenFile {
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
}

/**
 * Replaces a file as a whole: a crash at any instant leaves the old content or the new one.
 *
 * The new content goes into a temporary file beside the target, is flushed, takes the target's name, and the
 * directory is flushed (running.md §3). Permissions of an existing file are kept, and its owner where we may give
 * files away. A link in its place is replaced, not followed.
 *
 * @param target Absolute path; its directory exists.
 * @throws The error of the file system. The old content stands then, or, when only the last flush failed, the new one
 *   that a crash may still take back. A temporary file that could not be removed is left to `LeftoverSweep`.
 */
export async function writeAtomically(
  target: string,
  content: string | Uint8Array,
  files: FileSystem = systemFiles,
): Promise<WrittenFile> {
  await using directory = await OpenDirectory.open(dirname(target), files);
  const replaced = await files.stat(target).catch(absentAsNull);
  const temporary = join(dirname(target), `.hoody-${randomBytes(8).toString("hex")}.tmp`);
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const file = await files.open(temporary, NEW_FILE, (replaced?.mode ?? 0o666) & PERMISSIONS);
  try {
    const written = await closing(file, () => fill(file, bytes, replaced));
    await files.rename(temporary, target);
    await directory.flush();
    return written;
  } catch (error) {
    await files
      .unlink(temporary)
      .catch(() => "renamed, or left behind; the first error is the one worth telling");
    throw error;
  }
}

/** Whether a name belongs to a temporary file of {@link writeAtomically}; such files are no content of a folder. */
export function isTemporaryName(path: string): boolean {
  return TEMPORARY_NAME.test(basename(path));
}

/**
 * Flushes the content of a file that someone else wrote, before it takes the place of another.
 *
 * @throws The error of the file system.
 */
export async function flushFile(path: string, files: FileSystem = systemFiles): Promise<void> {
  // Neither a link nor a pipe that took the file's place meanwhile may lead elsewhere or wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await uninterrupted(() => files.open(path, flags));
  await closing(file, () => uninterrupted(() => file.sync()));
}

async function fill(file: OpenFile, bytes: Uint8Array, replaced: FileStatus | null): Promise<WrittenFile> {
  await writeAll(file, bytes);
  if (replaced !== null) await inherit(file, replaced);
  await uninterrupted(() => file.sync());
  const { size, mtime } = await uninterrupted(() => file.stat());
  if (size !== bytes.length) throw incomplete(size, bytes.length);
  return { size, modified: mtime };
}

async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.length - at;
    const { bytesWritten } = await uninterrupted(() => file.write(bytes, at, rest, at));
    // A disk that takes nothing and reports nothing would be asked for ever.
    if (bytesWritten <= 0) throw incomplete(at, bytes.length);
    at += bytesWritten;
  }
}

/** Gives a new file the owner and the exact permissions of the one it will replace. */
async function inherit(file: OpenFile, { uid, gid, mode }: FileStatus): Promise<void> {
  if (uid !== process.geteuid?.() || gid !== process.getegid?.()) {
    await file.chown(uid, gid).catch(() => "only root may give files away");
  }
  // After the owner, whose change takes set-id bits away; open() has narrowed the mode by the umask.
  await uninterrupted(() => file.chmod(mode & PERMISSIONS));
}

/** Does work on an open file and closes it; the first error is the one thrown. */
async function closing<T>(file: OpenFile, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await file.close().catch(() => "the work has failed already");
    throw error;
  }
  await file.close();
  return result;
}

function incomplete(size: number, expected: number): Error {
  return Object.assign(new Error(`Cannot write: the file has ${size} of ${expected} bytes`), { code: "EIO" });
}
