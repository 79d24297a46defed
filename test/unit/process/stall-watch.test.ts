import { describe, expect, test } from "bun:test";
import { StallWatch } from "../../../src/process/stall-watch.ts";

const look = (watch: StallWatch, nowMs: number, pulse: number, stopped = false) =>
  watch.look({ nowMs, pulse, isStopped: () => stopped });

describe("StallWatch", () => {
  test("a pulse that changes is never still for long", () => {
    const watch = new StallWatch();
    const still = Array.from({ length: 100 }, (_, at) => look(watch, at * 100, at));
    expect(Math.max(...still)).toBe(0);
  });

  test("counts from the last change", () => {
    const watch = new StallWatch();
    look(watch, 1000, 7);
    look(watch, 1100, 8);
    expect(look(watch, 1200, 8)).toBe(100);
    expect(look(watch, 1300, 8)).toBe(200);
    expect(look(watch, 1400, 9)).toBe(0);
  });

  test("a machine that stood still itself counts anew", () => {
    const watch = new StallWatch();
    look(watch, 0, 1);
    look(watch, 100, 1);
    expect(look(watch, 3_600_000, 1)).toBe(0);
    expect(look(watch, 3_600_100, 1)).toBe(100);
  });

  test("a look that comes a little late still counts", () => {
    const watch = new StallWatch();
    look(watch, 0, 1);
    expect(look(watch, 900, 1)).toBe(900);
  });

  test("a server that was stopped from outside is counted anew once it goes on", () => {
    const watch = new StallWatch();
    look(watch, 0, 1);
    for (let nowMs = 100; nowMs <= 5_000; nowMs += 100) expect(look(watch, nowMs, 1, true)).toBe(0);
    expect(look(watch, 5_100, 1)).toBe(100);
  });
});
