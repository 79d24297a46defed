import { type Dirent, lstatSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { safePath } from "../base/safe-path.ts";
import { codeOf } from "../base/system-error.ts";
import { isHidden } from "./exclude.ts";

/** One name in a directory. */
export interface DirectoryEntry {
  readonly name: string;
  /** Relative to the scripts root. */
  readonly path: string;
  readonly isDirectory: boolean;
  /** Whether the name is a link, to a place inside the root. */
  readonly isLink: boolean;
}

/** What the disk says about a file or directory. */
export interface FileDetails {
  /** Bytes. */
  readonly size: number;
  readonly created: Date;
  readonly modified: Date;
}

/**
 * What a directory shows: sorted by name, without reserved and dot names, without links that lead out of the root.
 *
 * @throws The error of the file system.
 */
export async function readEntries(root: string, directory: string): Promise<DirectoryEntry[]> {
  const found = await readdir(join(root, directory), { withFileTypes: true });
  return found
    .flatMap((entry) => toEntry(root, directory, entry) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Every file below a directory, in the order of a walk by name; links to directories are not entered. */
export async function walkFiles(root: string, directory: string): Promise<DirectoryEntry[]> {
  const files: DirectoryEntry[] = [];
  const waiting = (await readEntries(root, directory)).reverse();
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (!entry.isDirectory) files.push(entry);
    else if (!entry.isLink) waiting.push(...(await readEntriesIfThere(root, entry.path)).reverse());
  }
  return files;
}

/** Size and times of a file; null when it went away meanwhile. */
export function readDetails(root: string, file: string): FileDetails | null {
  const found = statSync(join(root, file), { throwIfNoEntry: false });
  return found === undefined ? null : { size: found.size, created: found.birthtime, modified: found.mtime };
}

function toEntry(root: string, directory: string, entry: Dirent): DirectoryEntry | null {
  if (isHidden(entry.name)) return null;
  const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
  if (entry.isFile() || entry.isDirectory()) {
    return { name: entry.name, path, isDirectory: entry.isDirectory(), isLink: false };
  }
  // Pipes, sockets and devices are no content.
  if (!entry.isSymbolicLink()) return null;
  const safe = safePath(root, path);
  if (safe.kind === "refused") return null;
  const target = lstatSync(join(root, safe.real), { throwIfNoEntry: false });
  if (target === undefined || !(target.isFile() || target.isDirectory())) return null;
  return { name: entry.name, path, isDirectory: target.isDirectory(), isLink: true };
}

/** A directory that was removed since its parent was read holds nothing. */
async function readEntriesIfThere(root: string, directory: string): Promise<DirectoryEntry[]> {
  try {
    return await readEntries(root, directory);
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return [];
    throw error;
  }
}
