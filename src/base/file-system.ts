import { lstat, mkdir, open, rename, rmdir, stat, unlink } from "node:fs/promises";

/** What the disk says about an entry, as far as writing it asks. */
export interface FileStatus {
  readonly size: number;
  readonly mtime: Date;
  /** Type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** With `ino`, the identity of a file whatever its names. */
  readonly dev: number;
  readonly ino: number;
  /** How many names it has. */
  readonly nlink: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** An open file or directory. */
export interface OpenFile {
  /** May take fewer bytes than `length`. */
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  chmod(mode: number): Promise<void>;
  chown(uid: number, gid: number): Promise<void>;
  /** Resolves when the content, or the names of a directory, would survive a crash (fsync(2)). */
  sync(): Promise<void>;
  stat(): Promise<FileStatus>;
  close(): Promise<void>;
}

/**
 * The system calls that change what is kept on disk; a test passes ones that fail.
 *
 * Each rejects with an error that carries the system's `code`.
 */
export interface FileSystem {
  /** @param flags As open(2), from `node:fs` `constants`. */
  open(path: string, flags: number, mode?: number): Promise<OpenFile>;
  stat(path: string): Promise<FileStatus>;
  /** The entry itself, a link included. */
  lstat(path: string): Promise<FileStatus>;
  mkdir(path: string): Promise<unknown>;
  rmdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** The machine's own. */
export const systemFiles: FileSystem = { open, stat, lstat, mkdir, rmdir, rename, unlink };
