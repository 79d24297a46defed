import { describe, expect, test } from "bun:test";
import { LoopGuard } from "../../../src/engine/loop-limit.ts";
import { LoopLimitError } from "../../../src/engine/loop-limit-error.ts";
import { LoopTurns } from "../../../src/engine/loop-turns.ts";
import { LOOP_CELLS, TICK_MS } from "../../../src/process/page.ts";

const LIMIT_MS = 500;

/** A guard on a clock that its loop moves. */
function guarded({
  isInner = false,
  turns = new LoopTurns(new Int32Array(LOOP_CELLS)),
  script = "a.ts",
} = {}) {
  const clock = { nowMs: 1_003 };
  const guard = new LoopGuard(turns, {
    script,
    place: { line: 1, column: 1 },
    limitMs: LIMIT_MS,
    isInner,
    suspends: false,
    now: () => clock.nowMs,
  });
  return { guard, clock, turns };
}

type Guarded = ReturnType<typeof guarded>;

/** Does what compiled code does. @returns Milliseconds after which the loop was ended. */
function endOf({ guard, clock }: Guarded, roundMs: (round: number) => number): number {
  const tick = () => Math.floor(clock.nowMs / TICK_MS);
  const begunMs = clock.nowMs;
  let seen = tick();
  let run: ReturnType<LoopGuard["at"]> | 0 = 0;
  try {
    for (let round = 0; clock.nowMs < begunMs + 100 * LIMIT_MS; round++) {
      if (tick() !== seen) {
        run = guard.at(run);
        seen = tick();
      }
      clock.nowMs += roundMs(round);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(LoopLimitError);
    return clock.nowMs - begunMs;
  }
  throw new Error("The loop was not ended");
}

describe("an endless loop is over within its limit, three ticks and two rounds, three for one in another", () => {
  test.each([0.01, 1, 5, 20, 75])("of %d ms", (ms) => {
    for (const isInner of [false, true]) {
      const tookMs = endOf(guarded({ isInner }), () => ms);
      expect(tookMs).toBeWithin(LIMIT_MS, LIMIT_MS + 3 * TICK_MS + (isInner ? 3 : 2) * ms + 0.1);
    }
  });

  test.each([1, 20, 75])("of %d ms that were quick for long, and also when another run was", (ms) => {
    const loop = guarded();
    const quickMs = 10_000 * 0.0001;
    const turning = (round: number) => (round < 10_000 ? 0.0001 : ms);
    for (let run = 0; run < 3; run++) {
      const tookMs = endOf(loop, turning) - quickMs;
      expect(tookMs).toBeWithin(LIMIT_MS - quickMs, LIMIT_MS + 3 * TICK_MS + 2 * ms);
      loop.turns.begin();
    }
  });
});

test("a loop in another one is ended a tick later than that one would be", () => {
  const [outer, inner] = [false, true].map((isInner) => endOf(guarded({ isInner }), () => 0.1));
  expect((inner ?? 0) - (outer ?? 0)).toBeCloseTo(TICK_MS, 0);
});

test("of two loops the outer one is ended, also when the machine stood still and the inner one looks first", () => {
  const turns = new LoopTurns(new Int32Array(LOOP_CELLS));
  const [outer, inner] = [false, true].map((isInner) => guarded({ isInner, turns })) as [Guarded, Guarded];
  const runs = { outer: outer.guard.at(0), inner: inner.guard.at(0) };
  const lookAfter = (ms: number) => {
    for (const { clock } of [outer, inner]) clock.nowMs += ms;
    runs.inner = inner.guard.at(runs.inner);
    runs.outer = outer.guard.at(runs.outer);
  };
  lookAfter(LIMIT_MS - 1);
  expect(() => lookAfter(20 * TICK_MS)).toThrow(LoopLimitError);
  expect([runs.inner.isOver, runs.outer.isOver]).toEqual([true, false]);
  expect(turns.isEnded("a.ts")).toBe(true);
});

test("when a script's loop was ended, its other loops end at their first look, and nobody else's", () => {
  const { turns, ...loop } = guarded();
  endOf({ turns, ...loop }, () => 1);
  expect(() => guarded({ turns }).guard.at(0)).toThrow(LoopLimitError);
  expect(guarded({ turns, script: "b.ts" }).guard.at(0)).toMatchObject({ sinceMs: 1_003 });
});
