import { CELL, CELLS_BYTES, LOOP_CELLS, NAMES_AT, WAITING_CELLS } from "../process/page.ts";

/** What {@link RunningMark.placeOf} answers when there is no room for another name. */
const UNNAMED = -1;
const ENCODER = new TextEncoder();

/**
 * Says whose code runs now, so that the parent can name it when the event loop stands still or the process dies.
 *
 * A script's name is written once; after that, running it costs two stores of its place (1 ns each). Code that goes
 * on after an `await` has no mark: for it, the scripts of all executions that wait are known.
 */
export class RunningMark {
  /** See {@link CELL}; `cells[CELL.running]` is written around each unbroken run, without a call. */
  readonly cells: Int32Array;
  /** See `LOOP_CELL` of the page. */
  readonly loopCells: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #places = new Map<string, number>();
  readonly #freeWaiting: number[] = Array.from({ length: WAITING_CELLS }, (_, at) => CELL.waiting + at);
  readonly #onAwake: () => void;
  #nextAt = NAMES_AT;

  /**
   * @param bytes The page shared with the parent; without one, a piece of memory that nobody reads.
   * @param onAwake Is called when something begins while the parent does not tick.
   */
  constructor(bytes: Uint8Array = new Uint8Array(CELLS_BYTES), onAwake: () => void = () => undefined) {
    this.#bytes = bytes;
    this.#onAwake = onAwake;
    this.cells = new Int32Array(bytes.buffer, bytes.byteOffset, CELLS_BYTES / 4);
    this.loopCells = this.cells.subarray(CELL.loops, CELL.loops + LOOP_CELLS);
  }

  /** The place of a script's or deployment's name in the page, for {@link CELL.running}. */
  placeOf(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const length = Buffer.byteLength(name);
    const at = this.#nextAt;
    if (at + 2 + length > this.#bytes.length || length > 0xffff) return UNNAMED;
    ENCODER.encodeInto(name, this.#bytes.subarray(at + 2));
    new DataView(this.#bytes.buffer, this.#bytes.byteOffset).setUint16(at, length, true);
    this.#nextAt += 2 + length;
    this.#places.set(name, at);
    return at;
  }

  /** Runs something as a script's code; within another script's run, that one's mark is put back afterwards. */
  around<T>(place: number, run: () => T): T {
    const { cells } = this;
    const before = cells[CELL.running] ?? 0;
    cells[CELL.running] = place;
    try {
      return run();
    } finally {
      cells[CELL.running] = before;
    }
  }

  /** Notes that something has its turn: many short runs in one turn of the event loop are no stall. */
  step(): void {
    this.cells[CELL.steps] = (this.cells[CELL.steps] ?? 0) + 1;
    this.begin();
  }

  /** A request comes, or something else begins: sees to it that loops are ticked for. */
  begin(): void {
    if (this.cells[CELL.asleep] === 0) return;
    this.cells[CELL.asleep] = 0;
    this.#onAwake();
  }

  /** Notes that an execution waits. @returns What {@link settled} takes; 0 when there is no room. */
  waits(place: number): number {
    const cell = this.#freeWaiting.pop() ?? 0;
    if (cell !== 0) this.cells[cell] = place;
    return cell;
  }

  /** Notes that it waits no longer. */
  settled(cell: number): void {
    this.step();
    if (cell === 0) return;
    this.cells[cell] = 0;
    this.#freeWaiting.push(cell);
  }
}
