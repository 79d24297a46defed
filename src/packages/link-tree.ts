import { constants } from "node:fs";
import { copyFile, link, lstat, mkdir, readdir, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";

/**
 * Repeats a file, a link or a directory with everything below it at another place, with hard links for its files; where
 * the file system has none, with copies.
 *
 * What is later removed or replaced at the one place stays at the other; what is written into in place does not.
 *
 * @param to Does not exist; its directory does.
 * @throws The error of the file system.
 */
export async function linkTree(from: string, to: string): Promise<void> {
  const found = await lstat(from);
  if (found.isDirectory()) return await linkDirectory(from, to);
  if (found.isSymbolicLink()) return await symlink(await readlink(from), to);
  await linkFile(from, to);
}

async function linkDirectory(from: string, to: string): Promise<void> {
  await mkdir(to);
  const entries = await readdir(from, { withFileTypes: true });
  // Files of one directory side by side, directories one after the other: so much is on its way at once.
  await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isDirectory()) await linkTree(join(from, entry.name), join(to, entry.name));
    }),
  );
  for (const entry of entries) {
    if (entry.isDirectory()) await linkDirectory(join(from, entry.name), join(to, entry.name));
  }
}

function linkFile(from: string, to: string): Promise<void> {
  return link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}
