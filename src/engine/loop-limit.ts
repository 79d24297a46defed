import type { CompiledScript } from "../compiler/compiler.ts";
import type { Place } from "../compiler/excerpt.ts";
import { LoopLimitError } from "./loop-limit-error.ts";
import type { LoopTurns } from "./loop-turns.ts";

/** What one activation of a loop knows of itself; made when its count runs out for the first time. */
interface LoopRun {
  /** Monotonic milliseconds since when it has not yielded. */
  sinceMs: number;
  lookedAtMs: number;
  /** Rounds until the next look. */
  rounds: number;
  /** As of {@link LoopTurns}, at `sinceMs`. */
  stint: number;
  turn: number;
}

/** About how much time shall pass between two looks at the clock, in milliseconds. */
const PACE_MS = 2;
/** How much longer the next stretch may be than the one before: what a loop does can change. */
const GROWTH_MAX = 8;

/** Most rounds before the first look, and between two: a look costs 60 to 90 ns. */
const ROUNDS_MAX = {
  /** Rounds of nanoseconds: they do not become milliseconds. */
  cheap: { first: 512, next: 8_192 },
  /** Rounds that call something: 512 of them may become long all at once. */
  open: { first: 64, next: 512 },
} as const;

/**
 * The guard of one loop: compiled code calls it when its count has run out (`compiler/loop-guards.ts`).
 *
 * The time of a run is taken within one activation of the loop, so that nobody else's time is in it. How soon the
 * first look comes is learned: a loop nobody knows yet is looked at in its first round, so that one whose rounds
 * take long is ended in time.
 */
export class LoopGuard {
  /** Rounds an activation may make before its first look. */
  first = 1;
  /** Rounds until the next look; read right after {@link at}. */
  next = 1;
  /** When any activation was looked at for the first time. */
  private _lookedAtMs = 0;
  private readonly _turns: LoopTurns;
  private readonly _script: string;
  private readonly _place: Place;
  private readonly _limitMs: number;
  private readonly _suspends: boolean;
  private readonly _max: { readonly first: number; readonly next: number };

  constructor(
    turns: LoopTurns,
    loop: {
      readonly script: string;
      readonly place: Place;
      readonly limitMs: number;
      readonly isCheap: boolean;
      readonly suspends: boolean;
    },
  ) {
    this._turns = turns;
    this._script = loop.script;
    this._place = loop.place;
    this._limitMs = loop.limitMs;
    this._suspends = loop.suspends;
    this._max = loop.isCheap ? ROUNDS_MAX.cheap : ROUNDS_MAX.open;
  }

  /**
   * Looks at the clock.
   *
   * @param run What it answered this activation the last time; 0 at first.
   * @throws {LoopLimitError} when the loop ran too long, and again each time until it yields.
   */
  at(run: LoopRun | 0): LoopRun {
    const now = performance.now();
    const turns = this._turns;
    if (run === 0) {
      const { stint, turn } = turns;
      const begun = { sinceMs: now, lookedAtMs: now, rounds: 1, stint, turn };
      this._note(begun);
      // Activations that end before a second look are known by their number: this one's rounds lie since the last.
      if (now - this._lookedAtMs < PACE_MS / 2) this.first = Math.min(this.first * 2, this._max.first);
      this._lookedAtMs = now;
      begun.rounds = this.next = this.first;
      return begun;
    }
    if (this._suspends && turns.hasYielded(run)) {
      run.sinceMs = now;
      run.stint = turns.stint;
      run.turn = turns.turn;
    }
    this._note(run);
    if (now - run.sinceMs >= this._limitMs) throw this._end();
    this._pace(run, now);
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

  /** Chooses the next stretch by what the last one took. */
  private _pace(run: LoopRun, now: number): void {
    const affordable = (PACE_MS * run.rounds) / Math.max(now - run.lookedAtMs, 1e-6);
    const { first, next } = this._max;
    // As integers for the engine as well: a count that is a double makes every round of the loop slower.
    run.rounds = Math.min(run.rounds * GROWTH_MAX, affordable, next) | 0 || 1;
    this.next = run.rounds;
    this.first = Math.min(this.first * 2, affordable, first) | 0 || 1;
    run.lookedAtMs = now;
  }
}

/** The guards of a file's loops, in the order of its compiled code. */
export function createLoopGuards(
  { file, prepared, loopLimitMs }: CompiledScript,
  turns: LoopTurns,
): readonly LoopGuard[] {
  const loops = prepared.guards?.loops ?? [];
  return loops.map((loop) => new LoopGuard(turns, { ...loop, script: file, limitMs: loopLimitMs }));
}
