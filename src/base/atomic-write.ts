import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Short whatever the target's name, so that a name of 255 bytes can be written, too. */
const TEMPORARY_NAME = /^\.hoody-[0-9a-f]{16}\.tmp$/;

/**
 * Replaces a file as a whole: a crash at any instant leaves the old content or the new one.
 *
 * The new content goes into a temporary file beside the target, is flushed, takes the target's name, and the
 * directory is flushed (running.md §3). The mode of an existing file is kept.
 *
 * @param target Absolute path; its directory exists.
 * @returns Size in bytes and time of change of what now stands there.
 * @throws The error of the file system; the temporary file is gone then and the target as it was.
 */
export async function writeAtomically(
  target: string,
  content: string | Uint8Array,
): Promise<{ readonly size: number; readonly modified: Date }> {
  const temporary = join(dirname(target), `.hoody-${randomBytes(8).toString("hex")}.tmp`);
  const written = await writeFlushed(temporary, content, await modeOf(target));
  try {
    await rename(temporary, target);
  } catch (error) {
    await remove(temporary);
    throw error;
  }
  await flushDirectory(dirname(target));
  return written;
}

/** Whether a name belongs to a temporary file of {@link writeAtomically}; such files are no content of a folder. */
export function isTemporaryName(path: string): boolean {
  return TEMPORARY_NAME.test(basename(path));
}

/** Makes names that were added to or taken from a directory survive a crash. */
export async function flushDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, "r");
  await handle.sync();
}

async function writeFlushed(temporary: string, content: string | Uint8Array, mode: number | null) {
  // "wx" never opens a file or follows a link that someone else put at this name.
  const handle = await open(temporary, "wx", mode ?? 0o666);
  try {
    return await fill(handle, content, mode);
  } catch (error) {
    await remove(temporary);
    throw error;
  } finally {
    await handle.close();
  }
}

async function fill(handle: FileHandle, content: string | Uint8Array, mode: number | null) {
  await handle.writeFile(content);
  // The mode given to open() is narrowed by the umask; an existing file keeps exactly its own.
  if (mode !== null) await handle.chmod(mode);
  await handle.sync();
  const { size, mtime } = await handle.stat();
  return { size, modified: mtime };
}

/** Permission bits of a file that exists already, else null. */
async function modeOf(target: string): Promise<number | null> {
  try {
    return (await stat(target)).mode & 0o7777;
  } catch {
    // Nothing there yet, or nothing that can be looked at: the rename will tell which.
    return null;
  }
}

async function remove(temporary: string): Promise<void> {
  try {
    await unlink(temporary);
  } catch {
    // The error that made us clean up is the one worth telling.
  }
}
