import { readSync, writeSync } from "node:fs";
import { CELL, CELLS_BYTES, LOOP_CELL, TICK_MS, TickCount, WAITING_CELLS } from "./page.ts";

/** Ticks without anything to do after which a server is taken for asleep: a second. */
const QUIET_TICKS = 100;
/** How often a server that is asleep is looked at, in milliseconds: it may have been kept from saying that it woke up. */
const ASLEEP_MS = 100;

/**
 * The parent's ticks for the loops of its server.
 *
 * They cost 100 turns of this process a second, so a server with nothing to do sleeps: the next request, timer or
 * message wakes it, for which the server looks at one cell and sends one word.
 */
export class ParentTicks implements Disposable {
  readonly #fd: number;
  readonly #cells = new Int32Array(CELLS_BYTES / 4);
  readonly #count = new TickCount();
  readonly #word = new Int32Array(1);
  #timer: Timer;
  #quietTicks = 0;
  #isAsleep = false;
  #seen = "";

  /** @param fd Of the page, open for reading and writing. */
  constructor(fd: number) {
    this.#fd = fd;
    // Write by write and not mapped: memory of a file that is gone would end this process.
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** The server has something to do again. */
  wake(): void {
    if (!this.#isAsleep) return;
    this.#isAsleep = false;
    this.#quietTicks = 0;
    this.#write(CELL.asleep, 0);
    this.#every(TICK_MS, () => this.#tick());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#read();
    this.#write(CELL.loops + LOOP_CELL.tick, this.#count.next(this.#cells));
    const work = this.#work();
    this.#quietTicks = work === this.#seen && this.#hasNothingToDo() ? this.#quietTicks + 1 : 0;
    this.#seen = work;
    if (this.#quietTicks >= QUIET_TICKS) this.#sleep();
  }

  #sleep(): void {
    this.#isAsleep = true;
    this.#write(CELL.asleep, 1);
    this.#every(ASLEEP_MS, () => this.#look());
    // What came in just before it could see the word.
    this.#look();
  }

  #look(): void {
    this.#read();
    if (this.#work() !== this.#seen || !this.#hasNothingToDo()) this.wake();
  }

  #work(): string {
    return `${this.#cells[CELL.requests]} ${this.#cells[CELL.steps]}`;
  }

  #hasNothingToDo(): boolean {
    const waiting = this.#cells.subarray(CELL.waiting, CELL.waiting + WAITING_CELLS);
    return this.#cells[CELL.running] === 0 && waiting.every((place) => place === 0);
  }

  #every(ms: number, act: () => void): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(act, ms);
  }

  #read(): void {
    readSync(this.#fd, this.#cells, 0, CELLS_BYTES, 0);
  }

  #write(cell: number, value: number): void {
    this.#word[0] = value;
    writeSync(this.#fd, this.#word, 0, 4, cell * 4);
  }
}
