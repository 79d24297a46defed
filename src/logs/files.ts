import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import { withDeadline } from "../base/deadline.ts";
import { codeOf } from "../base/system-error.ts";
import { LogDirectory } from "./directory.ts";
import { LogWriter, type WriterHost } from "./writer.ts";

/** What the log files are kept with. */
export interface LogFilesOptions {
  /** Absolute directory; made with the first line. */
  readonly root: string;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn">;
  /** Bytes of lines that may wait to be written, in all files together. */
  readonly bufferBytesMax: number;
  readonly fileBytesMax: number;
  readonly filesKept: number;
  /** Settles when no other process sets the same files aside. */
  readonly owner: Promise<void>;
}

/** Milliseconds between two complaints about the disk. */
const COMPLAINT_MS = 60_000;

/** Writers that are kept although they may have nothing to do. */
const WRITERS_KEPT = 256;

/** Longest wait for the disk when the server stops, in milliseconds. */
const STOP_MS = 2_000;

/** The log files: takes lines at once and writes them soon. A full disk or a slow one costs lines, never a request. */
export class LogFiles implements AsyncDisposable {
  readonly directory: LogDirectory;
  readonly #options: LogFilesOptions;
  readonly #writers = new Map<string, LogWriter>();
  readonly #listeners = new Set<(file: string) => void>();
  readonly #host: WriterHost;
  #heldBytes = 0;
  #lost = 0;
  #isOwner = false;
  #complainedMs = Number.NEGATIVE_INFINITY;

  constructor(options: LogFilesOptions) {
    const { root, clock, fileBytesMax, filesKept, owner } = options;
    this.#options = options;
    this.directory = new LogDirectory(root);
    void owner.then(() => {
      this.#isOwner = true;
    });
    this.#host = {
      directory: this.directory,
      clock,
      fileBytesMax,
      filesKept,
      isOwner: () => this.#isOwner,
      onWritten: (file) => {
        for (const listener of this.#listeners) listener(file);
      },
      onDone: (bytes, linesLost, error) => this.#noteDone(bytes, linesLost, error),
    };
  }

  /** Bytes of lines that wait to be written. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Lines lost, to the bound of what waits or to the disk. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether this process sets files aside and removes old ones. */
  get isOwner(): boolean {
    return this.#isOwner;
  }

  /** Adds a line, without its end, to a file. Never waits, never fails. */
  append(file: string, line: string): void {
    const bytes = Buffer.byteLength(line) + 1;
    const writer = this.#writerOf(file);
    if (this.#heldBytes + bytes > this.#options.bufferBytesMax) {
      this.#lost++;
      writer.noteLost();
      return;
    }
    this.#heldBytes += bytes;
    writer.append(line, bytes);
  }

  /** Calls back with the name of each file that has new lines. @returns Ends it. */
  onWritten(listener: (file: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Sets a file aside, so that lines go to a new one. */
  async setAside(file: string): Promise<void> {
    const writer = this.#writerOf(file);
    await writer.flush();
    await writer.setAside();
  }

  /** Writes everything that waits: whoever reads finds what was answered before. */
  async flush(): Promise<void> {
    await Promise.all([...this.#writers.values()].map((writer) => writer.flush()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await withDeadline(this.flush(), STOP_MS, () => new Error("The disk takes no lines"));
    } catch (error) {
      this.#options.log.warn({ err: error, bytes: this.#heldBytes }, "Lines of logs are lost");
    }
  }

  #writerOf(file: string): LogWriter {
    let writer = this.#writers.get(file);
    if (writer === undefined) {
      writer = new LogWriter(file, this.#host);
      if (this.#writers.size >= WRITERS_KEPT) this.#forgetIdle();
      this.#writers.set(file, writer);
    }
    return writer;
  }

  /** A writer that has nothing to do costs nothing to make again. */
  #forgetIdle(): void {
    for (const [file, writer] of this.#writers) if (writer.isIdle) this.#writers.delete(file);
  }

  #noteDone(bytes: number, linesLost: number, error: unknown): void {
    this.#heldBytes -= bytes;
    this.#lost += linesLost;
    if (error === null) return;
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#complainedMs < COMPLAINT_MS) return;
    this.#complainedMs = nowMs;
    this.#options.log.warn(
      { err: error, reason: codeOf(error), lost: this.#lost },
      "Cannot write a log file",
    );
  }
}
