import { closeSync, readSync } from "node:fs";
import { CELL, CELLS_BYTES, NAMES_AT, PAGE_BYTES, WAITING_CELLS } from "./page.ts";
import { ParentTicks } from "./parent-ticks.ts";

/** What the page says of its server. */
export interface PageReading {
  /** Script or deployment whose code ran; null for none, or one that has no name in the page. */
  readonly running: string | null;
  /** Scripts of executions that waited for something, each once. */
  readonly waiting: readonly string[];
}

/** What is known where there is no page. */
export const NOTHING_SEEN: PageReading = { running: null, waiting: [] };

/** The parent's end of a page (page.ts); it ticks while it is open. */
export class ParentPage implements Disposable {
  readonly #fd: number;
  readonly #cells = new Int32Array(CELLS_BYTES / 4);
  readonly ticks: ParentTicks;

  /** @param fd Open for reading and writing; closed with the page. */
  constructor(fd: number) {
    this.#fd = fd;
    this.ticks = new ParentTicks(fd);
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
    this.ticks[Symbol.dispose]();
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
