import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type FileSystem, systemFiles } from "./file-system.ts";
import { OpenDirectory } from "./open-directory.ts";
import { absentAsNull, codeOf } from "./system-error.ts";

/**
 * Makes a directory and all that are missing above it, each flushed into its parent.
 *
 * Not for two calls at once: the second could rely on a directory that the first has not flushed yet.
 *
 * @param path Absolute.
 * @throws The error of the file system; what was made is removed again, as far as nobody uses it yet.
 */
export async function makeDirectory(path: string, files: FileSystem = systemFiles): Promise<void> {
  const made: string[] = [];
  try {
    for (const directory of await missingAbove(path, files)) {
      await using parent = await OpenDirectory.open(dirname(directory), files);
      await files.mkdir(directory);
      made.push(directory);
      await parent.flush();
    }
  } catch (error) {
    for (const directory of made.reverse()) await files.rmdir(directory).catch(() => "in use by now");
    throw error;
  }
}

/** The directories that do not exist, outermost first. */
async function missingAbove(path: string, files: FileSystem): Promise<string[]> {
  const missing: string[] = [];
  for (let at = path; (await files.stat(at).catch(absentAsNull)) === null; at = dirname(at))
    missing.unshift(at);
  return missing;
}

/**
 * Makes a directory and all that are missing above it without waiting for the disk.
 *
 * @returns What {@link flushDirectories} has to flush before anyone may rely on them, outermost first.
 */
export function makeDirectorySync(path: string): string[] {
  const first = mkdirSync(path, { recursive: true });
  const holders: string[] = [];
  if (first === undefined) return holders;
  for (let made = path; made.length >= first.length; made = dirname(made)) holders.unshift(dirname(made));
  return holders;
}

/** Flushes directories, each of which leaves the list when it is done. @throws The rest stays for the next call. */
export async function flushDirectories(paths: string[], files: FileSystem = systemFiles): Promise<void> {
  for (let path = paths[0]; path !== undefined; path = paths[0]) {
    try {
      await using directory = await OpenDirectory.open(path, files);
      await directory.flush();
    } catch (error) {
      // Gone, or not ours to read: nobody can flush it any more.
      if (codeOf(error) !== "ENOENT" && codeOf(error) !== "EACCES") throw error;
    }
    paths.shift();
  }
}
