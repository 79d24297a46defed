import { LOOP_CELL } from "../process/page.ts";

/** Where a run of a loop stands, as {@link LoopTurns} counts. */
interface Standing {
  readonly stint: number;
  readonly turn: number;
}

/**
 * Tells loops that wait whether they have yielded since: `await null` lets only other microtasks run, so a loop of it
 * keeps everybody out.
 *
 * A *stint* ends when no microtask is left, a *turn* when the event loop has come round. Within one turn there are
 * stints of many requests. Nothing is scheduled while no such loop is looked at.
 */
export class LoopTurns implements Disposable {
  /** What compiled code looks at in each round; see {@link LOOP_CELL}. */
  readonly cells: Int32Array;
  stint = 0;
  turn = 0;
  /** Whoever looked at the clock last. */
  lastRun: Standing | null = null;
  /** Script whose loop was ended in this stint. */
  private _ended: string | null = null;
  private _isTickDue = false;
  private _immediate: Timer | null = null;

  constructor(cells: Int32Array) {
    this.cells = cells;
  }

  /** Notices the end of this stint and of this turn. */
  watch(): void {
    if (!this._isTickDue) {
      this._isTickDue = true;
      // Runs once the microtasks are done, and before the next request or timer does.
      process.nextTick(() => {
        this._isTickDue = false;
        this.begin();
        this.stint++;
      });
    }
    this._immediate ??= setImmediate(() => {
      this._immediate = null;
      this.turn++;
    }) as unknown as Timer;
  }

  /**
   * Whether the event loop, or somebody else's code, had its turn. A stint that ended with nobody else at work in
   * between is no yielding: `process.nextTick` alone keeps everybody out as well.
   */
  hasYielded(run: Standing): boolean {
    return run.turn !== this.turn || (run.stint !== this.stint && this.lastRun !== run);
  }

  /** Remembers that a loop was ended: should its script catch that and go on, its other loops end in their first round. */
  end(script: string): void {
    this._ended = script;
    this.cells[LOOP_CELL.haste] = 1;
    this.watch();
  }

  isEnded(script: string): boolean {
    return this._ended === script;
  }

  /** Another request begins, which has nothing to do with what was ended; it may be of the same stint. */
  begin(): void {
    this._ended = null;
    this.cells[LOOP_CELL.haste] = 0;
  }

  [Symbol.dispose](): void {
    if (this._immediate) clearImmediate(this._immediate as never);
  }
}
