import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { codeOf } from "../base/system-error.ts";
import type { LogDirectory } from "./directory.ts";
import { momentOf, stampOf, toStamp } from "./names.ts";

/** Lines wait so long, in milliseconds, for others that are written along with them. */
const GATHERED_MS = 10;

/** Another process may add to the file at the same time: with O_APPEND one write is one piece. */
const APPEND_FLAGS =
  constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Bodies may stand in them, so not everybody reads them. */
const FILE_MODE = 0o640;
const DIRECTORY_MODE = 0o750;

const LINE_END = 10;

/** What writers of all files have in common. */
export interface WriterHost {
  readonly directory: LogDirectory;
  readonly clock: Clock;
  /** Bytes after which a file is set aside. */
  readonly fileBytesMax: number;
  /** Files that are kept of those set aside. */
  readonly filesKept: number;
  /** Whether this process sets files aside: of two, only one does. */
  readonly isOwner: () => boolean;
  /** Is told when lines can be read, and when a file was set aside. */
  readonly onWritten: (file: string) => void;
  /** Is told of bytes that wait no more, and of lines among them that are lost. */
  readonly onDone: (bytes: number, linesLost: number, error: unknown) => void;
}

/** Adds lines to one file: in their order, each in one piece, never twice. */
export class LogWriter {
  readonly file: string;
  readonly #host: WriterHost;
  #lines: string[] = [];
  #bytes = 0;
  #timer: Timer | null = null;
  #writing: Promise<void> | null = null;
  /** Lines that were lost and that the file does not tell of yet. */
  #lost = 0;
  /** Whether the file may end within a line, of a process that died or of a disk that was full. */
  #mayBeTorn = true;

  constructor(file: string, host: WriterHost) {
    this.file = file;
    this.#host = host;
  }

  /** Whether nothing waits and nothing is owed. */
  get isIdle(): boolean {
    return this.#lines.length === 0 && this.#writing === null && this.#lost === 0;
  }

  /** Takes a line, without its end. Never waits, never fails. */
  append(line: string, bytes: number): void {
    this.#lines.push(line);
    this.#bytes += bytes;
    this.#schedule();
  }

  /** Remembers that a line could not even be taken. */
  noteLost(): void {
    this.#lost++;
    this.#schedule();
  }

  /** Writes what waits. Resolves when it is written or lost. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#writing !== null) await this.#writing;
    if (this.#lines.length === 0 && this.#lost === 0) return;
    this.#writing = this.#write();
    await this.#writing;
  }

  /** Sets the file aside under a stamp of its own; those beyond the number that is kept are removed, the oldest first. */
  async setAside(): Promise<void> {
    const { directory, clock, filesKept } = this.#host;
    const aside = await directory.setAside(this.file);
    const last = stampOf(aside.at(-1) ?? "");
    const moment = Math.max(clock.now().getTime(), last === null ? 0 : momentOf(last) + 1);
    const name = `${this.file}.${toStamp(new Date(moment))}`;
    await rename(join(directory.root, this.file), join(directory.root, name));
    for (const old of [...aside, name].slice(0, -filesKept)) await directory.remove(old);
    this.#host.onWritten(this.file);
  }

  #schedule(): void {
    if (this.#timer !== null || this.#writing !== null) return;
    this.#timer = setTimeout(() => void this.flush(), GATHERED_MS);
  }

  /** Never rejects: a disk that is full must fail no request. */
  async #write(): Promise<void> {
    const bytesHeld = this.#bytes;
    const lines = this.#lines.splice(0);
    const lost = this.#lost;
    this.#bytes = 0;
    this.#lost = 0;
    if (lost > 0) lines.push(this.#lossLine(lost));
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    let written = 0;
    let failure: unknown = null;
    let linesLost = 0;
    try {
      await using handle = await this.#open();
      if (this.#mayBeTorn && (await isTorn(handle))) await handle.write("\n");
      this.#mayBeTorn = false;
      while (written < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, null);
        written += bytesWritten;
      }
      const { size } = await handle.stat();
      if (size >= this.#host.fileBytesMax && this.#host.isOwner()) await this.setAside();
    } catch (error) {
      failure = error;
      this.#mayBeTorn = true;
      // The line that tells of others is the last one: it is never lost alone, and is no loss itself.
      linesLost = Math.max(0, countLines(bytes.subarray(written)) - (lost > 0 ? 1 : 0));
      if (written < bytes.length) this.#lost += lost + linesLost;
    }
    this.#writing = null;
    this.#host.onDone(bytesHeld, linesLost, failure);
    if (written > 0) this.#host.onWritten(this.file);
    if (this.#lines.length > 0) this.#schedule();
  }

  #lossLine(count: number): string {
    return JSON.stringify({ time: this.#host.clock.now().toISOString(), type: "lost", lines: count });
  }

  /** Opened anew for each write, so that it is always the file that has the name now. */
  async #open(): Promise<FileHandle> {
    const path = join(this.#host.directory.root, this.file);
    try {
      return await open(path, APPEND_FLAGS, FILE_MODE);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
      return await open(path, APPEND_FLAGS, FILE_MODE);
    }
  }
}

async function isTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== LINE_END;
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++;
  return count;
}
