import { closeSync, ftruncateSync, openSync, readSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A page of memory that a server process shares with its parent.
 *
 * The server writes with plain stores, about 1 ns each, what the parent must know when the server can no longer say
 * it: that its event loop turns, and which script's code runs.
 */
const PAGE_BYTES = 1024 ** 2;

/** Numbers of the page, as indices of 32-bit cells. */
export const CELL = {
  /** Grows with the turns of the event loop. */
  beats: 1,
  /** Place of the name of the script whose code runs now; 0 for none. */
  running: 2,
  /** Requests that have come to a script. */
  requests: 3,
  /** Answers that were waited for, timers and messages that had their turn. */
  steps: 4,
  /** First of {@link WAITING_CELLS} cells: scripts of executions that wait for something. */
  waiting: 16,
} as const;

/** Waiting executions that the page has room for; more are not seen in it. */
export const WAITING_CELLS = 64;

/** Where the numbers end. */
export const CELLS_BYTES = (CELL.waiting + WAITING_CELLS) * 4;

/** Where the names of scripts begin: two bytes of length each, then UTF-8. */
export const NAMES_AT = 1024;

/** What the page says of its server. */
export interface PageReading {
  /** Script or deployment whose code ran; null for none, or one that has no name in the page. */
  readonly running: string | null;
  /** Scripts of executions that waited for something, each once. */
  readonly waiting: readonly string[];
}

/** What is known where there is no page. */
export const NOTHING_SEEN: PageReading = { running: null, waiting: [] };

/** The server's end of a page. */
export interface ServerPage {
  /** Where the parent finds it. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Makes the page of this server process: a file without a name where the system can do that.
 *
 * Where no file can be made, it is a piece of memory that the parent cannot see: a server that stalls then stays.
 */
export function createPage(): ServerPage {
  for (const directory of PAGE_DIRECTORIES) {
    try {
      return createPageIn(directory);
    } catch {
      // The next one may be there and writable.
    }
  }
  return { path: "", bytes: new Uint8Array(CELLS_BYTES) };
}

/** In memory where there is one: on a disk, the kernel would write the page back again and again. */
const PAGE_DIRECTORIES = ["/dev/shm", tmpdir()];

function createPageIn(directory: string): ServerPage {
  const path = join(directory, `hoody-exec-${process.pid}-${Date.now()}`);
  const fd = openSync(path, "wx+", 0o600);
  ftruncateSync(fd, PAGE_BYTES);
  const bytes = Bun.mmap(path, { shared: true });
  if (process.platform === "linux") {
    unlinkSync(path);
    return { path: `/proc/${process.pid}/fd/${fd}`, bytes };
  }
  closeSync(fd);
  return { path, bytes };
}

/** The parent's end of a page. */
export class ParentPage implements Disposable {
  readonly #fd: number;
  readonly #cells = new Int32Array(CELLS_BYTES / 4);

  /** @param fd Open for reading; closed with the page. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * A number that changes as long as the server is not stuck: also in a turn of the event loop that takes long because
   * many requests have their share of it.
   */
  readPulse(): number {
    this.#readCells();
    const { beats, requests, steps } = CELL;
    return [beats, requests, steps].reduce((sum, cell) => sum + (this.#cells[cell] ?? 0), 0);
  }

  read(): PageReading {
    this.#readCells();
    const cells = this.#cells;
    const waiting = new Set(cells.subarray(CELL.waiting, CELL.waiting + WAITING_CELLS));
    return {
      running: this.#readName(cells[CELL.running] ?? 0),
      waiting: [...waiting].map((place) => this.#readName(place)).filter((name) => name !== null),
    };
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #readCells(): void {
    readSync(this.#fd, this.#cells, 0, CELLS_BYTES, 0);
  }

  #readName(place: number): string | null {
    if (place < NAMES_AT || place >= PAGE_BYTES) return null;
    const text = readText(this.#fd, place);
    return text === "" ? null : text;
  }
}

function readText(fd: number, place: number): string {
  const length = new Uint16Array(1);
  readSync(fd, length, 0, 2, place);
  const text = Buffer.alloc(length[0] ?? 0);
  readSync(fd, text, 0, text.length, place + 2);
  return text.toString();
}
