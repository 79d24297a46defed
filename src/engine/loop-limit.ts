import type { CompiledScript } from "../compiler/compiler.ts";
import type { Place } from "../compiler/excerpt.ts";
import { LoopLimitError } from "./loop-limit-error.ts";
import type { LoopTurns } from "./loop-turns.ts";

/** What one activation of a loop knows of itself; made when it looks at the clock for the first time. */
interface LoopRun {
  /** Monotonic milliseconds since when it has not yielded. */
  sinceMs: number;
  /** Whether the limit was over when it last looked. */
  isOver: boolean;
  /** As of {@link LoopTurns}, at `sinceMs`. */
  stint: number;
  turn: number;
}

/**
 * The guard of one loop: compiled code calls it in the first round after a tick (`compiler/loop-guards.ts`).
 *
 * The time of a run is taken within one activation of the loop, so that nobody else's time is in it, and from the first
 * tick that the activation sees. So a loop is over within its limit, four ticks and two of its rounds, three for one in
 * another loop (one strip, see `compiler/loop-strips.ts`, where it calls nothing and its rounds have just become slow);
 * a round itself is never cut.
 */
export class LoopGuard {
  private readonly _turns: LoopTurns;
  private readonly _script: string;
  private readonly _place: Place;
  private readonly _limitMs: number;
  /**
   * A loop in another one leaves that a look of its own first, and is ended at the next one: the other would go on
   * otherwise. A pause in time would not do: a machine with more to do than it can stops this thread for longer.
   */
  private readonly _isInner: boolean;
  private readonly _suspends: boolean;
  private readonly _now: () => number;

  constructor(
    turns: LoopTurns,
    loop: {
      readonly script: string;
      readonly place: Place;
      readonly limitMs: number;
      readonly isInner: boolean;
      readonly suspends: boolean;
      /** Monotonic milliseconds; the machine's own when left out. */
      readonly now?: () => number;
    },
  ) {
    this._turns = turns;
    this._script = loop.script;
    this._place = loop.place;
    this._limitMs = loop.limitMs;
    this._isInner = loop.isInner;
    this._suspends = loop.suspends;
    this._now = loop.now ?? (() => performance.now());
  }

  /**
   * Looks at the clock.
   *
   * @param run What it answered this activation the last time; 0 at first.
   * @throws {LoopLimitError} when the loop ran too long, and again each time until it yields.
   */
  at(run: LoopRun | 0): LoopRun {
    const nowMs = this._now();
    const turns = this._turns;
    if (run === 0) {
      const begun = { sinceMs: nowMs, isOver: false, stint: turns.stint, turn: turns.turn };
      this._note(begun);
      return begun;
    }
    if (this._suspends && turns.hasYielded(run)) {
      run.sinceMs = nowMs;
      run.isOver = false;
      run.stint = turns.stint;
      run.turn = turns.turn;
    }
    this._note(run);
    if (nowMs - run.sinceMs < this._limitMs) return run;
    if (run.isOver || !this._isInner) throw this._end();
    run.isOver = true;
    return run;
  }

  private _note(run: LoopRun): void {
    const turns = this._turns;
    if (turns.isEnded(this._script)) throw this._end();
    if (this._suspends) turns.watch();
    turns.lastRun = run;
  }

  private _end(): LoopLimitError {
    this._turns.end(this._script);
    return new LoopLimitError({ script: this._script, place: this._place, loopLimitMs: this._limitMs });
  }
}

/** What the compiled code of a file finds under `LoopGuards.sites`. */
export interface LoopSites {
  /** See `LOOP_CELL` of the page. */
  readonly ticks: Int32Array;
  /** In the order of its compiled code. */
  readonly guards: readonly LoopGuard[];
}

/** The guards of a file's loops. */
export function createLoopSites(
  { file, prepared, loopLimitMs }: CompiledScript,
  turns: LoopTurns,
): LoopSites {
  const loops = prepared.guards?.loops ?? [];
  return {
    ticks: turns.cells,
    guards: loops.map((loop) => new LoopGuard(turns, { ...loop, script: file, limitMs: loopLimitMs })),
  };
}
