import { constants } from "node:fs";
import { basename, dirname } from "node:path";
import type { FileStatus, FileSystem, OpenFile } from "../../src/base/file-system.ts";
import { systemError } from "./faulty-files.ts";

/** A file or directory, whatever its names. */
interface Node {
  readonly ino: number;
  /** Null for a directory. Never changed in place. */
  bytes: Uint8Array | null;
  /** What would be read after a crash; null when nothing of it was flushed. */
  flushed: Uint8Array | null;
}

/** One change of names; a rename is one change of two directories. */
interface NameChange {
  readonly unlinked: Name | null;
  readonly linked: (Name & { readonly node: Node }) | null;
  isFlushed: boolean;
}

interface Name {
  readonly directory: number;
  readonly name: string;
}

/** Contents of files by path. */
export type Contents = Readonly<Record<string, string>>;

/**
 * A disk in memory that forgets what was not flushed when the power goes.
 *
 * As weak as file systems with a journal are: content survives by an fsync of its file, a name by one of its directory;
 * without one it may survive or not. Names of one directory survive in the order in which they were changed, a rename
 * as a whole. Content that was not flushed may be missing, cut, or zeros.
 */
export class PowerLossDisk implements FileSystem {
  readonly #changes: NameChange[] = [];
  readonly #root: Node;
  #inodes = 0;
  #callsLeft = Number.POSITIVE_INFINITY;

  /** @param directories Absolute paths, all flushed, outermost first. */
  constructor(directories: readonly string[]) {
    this.#root = this.#create(null);
    for (const path of directories) if (path !== "/") this.#link(path, this.#create(null)).isFlushed = true;
  }

  /** Puts a file there as an editor does, without any flush of it. */
  put(path: string, content: string): void {
    this.#link(path, this.#create(Buffer.from(content)));
  }

  /** Lets this many calls through; after that the process is as good as dead. */
  cutAfter(calls: number): void {
    this.#callsLeft = calls;
  }

  get isCut(): boolean {
    return this.#callsLeft < 0;
  }

  /** What lies there while the power is on. */
  contents(): Contents {
    return this.#read(this.#changes, ({ bytes }) => bytes);
  }

  /** One of the many things that may lie there after the power was gone. @param random From 0 to 1. */
  contentsAfterCrash(random: () => number): Contents {
    const survived: NameChange[] = [];
    const lost = new Set<number>();
    for (const change of this.#changes) {
      const directories = directoriesOf(change);
      const isKept = change.isFlushed || (random() < 0.5 && !directories.some((each) => lost.has(each)));
      if (isKept) survived.push(change);
      else for (const each of directories) lost.add(each);
    }
    return this.#read(survived, ({ bytes, flushed }) => {
      if (bytes === null || bytes === flushed || random() < 0.25) return bytes;
      const cut = bytes.slice(0, Math.floor(random() * bytes.length));
      return (
        [flushed ?? new Uint8Array(), cut, new Uint8Array(bytes.length)][Math.floor(random() * 3)] ?? cut
      );
    });
  }

  async open(path: string, flags: number): Promise<OpenFile> {
    this.#call();
    let node = this.#find(path);
    if (flags & constants.O_EXCL) {
      if (node !== undefined) throw systemError("EEXIST", "open");
      node = this.#create(new Uint8Array());
      this.#link(path, node);
    }
    if (node === undefined) throw systemError("ENOENT", "open");
    return this.#handle(node);
  }

  async stat(path: string): Promise<FileStatus> {
    this.#call();
    const node = this.#find(path);
    if (node === undefined) throw systemError("ENOENT", "stat");
    return statusOf(node);
  }

  lstat(path: string): Promise<FileStatus> {
    return this.stat(path);
  }

  async mkdir(path: string): Promise<void> {
    this.#call();
    this.#link(path, this.#create(null));
  }

  rmdir(path: string): Promise<void> {
    return this.unlink(path);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#call();
    const node = this.#find(from);
    if (node === undefined) throw systemError("ENOENT", "rename");
    const linked = { ...this.#nameOf(to), node };
    this.#changes.push({ unlinked: this.#nameOf(from), linked, isFlushed: false });
  }

  async unlink(path: string): Promise<void> {
    this.#call();
    if (this.#find(path) === undefined) throw systemError("ENOENT", "unlink");
    this.#changes.push({ unlinked: this.#nameOf(path), linked: null, isFlushed: false });
  }

  #call(): void {
    if (--this.#callsLeft < 0) throw systemError("EIO", "power");
  }

  #handle(node: Node): OpenFile {
    return {
      write: async (bytes, offset, length, position) => {
        this.#call();
        const grown = new Uint8Array(Math.max(node.bytes?.length ?? 0, position + length));
        grown.set(node.bytes ?? []);
        grown.set(bytes.subarray(offset, offset + length), position);
        node.bytes = grown;
        return { bytesWritten: length };
      },
      chmod: async () => this.#call(),
      chown: async () => this.#call(),
      sync: async () => {
        this.#call();
        if (node.bytes === null) this.#flushNames(node.ino);
        else node.flushed = node.bytes;
      },
      stat: async () => {
        this.#call();
        return statusOf(node);
      },
      close: async () => this.#call(),
    };
  }

  /** A change cannot survive without those before it in its directories. */
  #flushNames(directory: number): void {
    const wanted = new Set([directory]);
    for (const change of this.#changes.toReversed()) {
      const directories = directoriesOf(change);
      if (!directories.some((each) => wanted.has(each))) continue;
      change.isFlushed = true;
      for (const each of directories) wanted.add(each);
    }
  }

  #create(bytes: Uint8Array | null): Node {
    return { ino: ++this.#inodes, bytes, flushed: null };
  }

  #link(path: string, node: Node): NameChange {
    const change: NameChange = { unlinked: null, linked: { ...this.#nameOf(path), node }, isFlushed: false };
    this.#changes.push(change);
    return change;
  }

  #nameOf(path: string): Name {
    const directory = this.#find(dirname(path));
    if (directory === undefined) throw systemError("ENOENT", "lookup");
    return { directory: directory.ino, name: basename(path) };
  }

  #find(path: string): Node | undefined {
    const names = namesAfter(this.#changes);
    let node: Node | undefined = this.#root;
    for (const name of path.split("/").filter((part) => part !== ""))
      node = node && names.get(`${node.ino}/${name}`);
    return node;
  }

  #read(changes: readonly NameChange[], bytesOf: (node: Node) => Uint8Array | null): Contents {
    const names = namesAfter(changes);
    const contents: Record<string, string> = {};
    const visit = (node: Node, path: string) => {
      for (const [key, child] of names) {
        if (!key.startsWith(`${node.ino}/`)) continue;
        const childPath = `${path}/${key.slice(key.indexOf("/") + 1)}`;
        const bytes = bytesOf(child);
        if (bytes === null) visit(child, childPath);
        else contents[childPath] = Buffer.from(bytes).toString();
      }
    };
    visit(this.#root, "");
    return contents;
  }
}

/** What each name of each directory leads to. */
function namesAfter(changes: readonly NameChange[]): Map<string, Node> {
  const names = new Map<string, Node>();
  for (const { unlinked, linked } of changes) {
    if (unlinked !== null) names.delete(`${unlinked.directory}/${unlinked.name}`);
    if (linked !== null) names.set(`${linked.directory}/${linked.name}`, linked.node);
  }
  return names;
}

function directoriesOf({ unlinked, linked }: NameChange): readonly number[] {
  return [unlinked, linked].flatMap((name) => (name === null ? [] : [name.directory]));
}

function statusOf({ ino, bytes }: Node): FileStatus {
  return {
    ino,
    dev: 1,
    nlink: 1,
    size: bytes?.length ?? 0,
    mtime: new Date(0),
    mode: bytes === null ? 0o40755 : 0o100644,
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    isFile: () => bytes !== null,
    isDirectory: () => bytes === null,
  };
}
