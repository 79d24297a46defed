import { closeSync, ftruncateSync, openSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A page of memory that a server process shares with its parent.
 *
 * The server writes with plain stores, about 1 ns each, what the parent must know when the server can no longer say
 * it: that its event loop turns, and which script's code runs. The parent writes ticks, by which code that never lets
 * go of the server notices that time passes.
 */
export const PAGE_BYTES = 1024 ** 2;

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
  /** First of {@link LOOP_CELLS} cells that the guards of loops look at. */
  loops: 5,
  /** Not 0 while nobody ticks: whoever begins something says so to the parent. */
  asleep: 8,
  /** First of {@link WAITING_CELLS} cells: scripts of executions that wait for something. */
  waiting: 16,
} as const;

/**
 * What the guards of loops look at, as indices from {@link CELL}`.loops` on; the compiled code of
 * `compiler/loop-guards.ts` spells them out.
 */
export const LOOP_CELL = {
  /** Changes every {@link TICK_MS} while one run goes on, by another thread's or process's hand; see {@link TickCount}. */
  tick: 0,
  /** Not 0 while loops that begin shall look at the clock in their first round. */
  haste: 1,
  /**
   * Written in each round and read by nobody. The store keeps the JIT from reading the tick once, in front of a loop
   * that calls nothing: without it, `while (n > 0) n--` never saw a change in Bun 1.4.5.
   */
  fence: 2,
} as const;

export const LOOP_CELLS = 3;

/** How often the tick changes, in milliseconds. */
export const TICK_MS = 10;

/**
 * Counts ticks while nothing else has its turn in the server. One that answers many short requests sees none, so that
 * their loops run as if they had no guards; the first comes 10 to 20 ms after a run has begun.
 */
export class TickCount {
  #turns = -1;
  #tick = 0;

  /** @param cells Those of {@link CELL}. @returns What belongs into {@link LOOP_CELL}`.tick`. */
  next(cells: Int32Array): number {
    const turns = (cells[CELL.requests] ?? 0) + (cells[CELL.steps] ?? 0);
    if (turns === this.#turns) this.#tick++;
    this.#turns = turns;
    return this.#tick;
  }
}

/** Waiting executions that the page has room for; more are not seen in it. */
export const WAITING_CELLS = 64;

/** Where the numbers end. */
export const CELLS_BYTES = (CELL.waiting + WAITING_CELLS) * 4;

/** Where the names of scripts begin: two bytes of length each, then UTF-8. */
export const NAMES_AT = 1024;

/** The server's end of a page. */
export interface ServerPage {
  /** Where the parent finds it. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Makes the page of this server process: a file without a name where the system can do that.
 *
 * Where no file can be made, it is memory of this process alone: a server that stalls then stays.
 */
export function createPage(): ServerPage {
  for (const directory of PAGE_DIRECTORIES) {
    try {
      return createPageIn(directory);
    } catch {
      // The next one may be there and writable.
    }
  }
  return createOwnPage();
}

/** A page for a server without a parent: other threads of its process see it. */
export function createOwnPage(): ServerPage {
  return { path: "", bytes: new Uint8Array(new SharedArrayBuffer(CELLS_BYTES)) };
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
