import { describe, expect, test } from "bun:test";
import { StallWatch } from "../../../src/process/stall-watch.ts";

describe("StallWatch", () => {
  test("a pulse that changes is never still for long", () => {
    const watch = new StallWatch();
    const still = Array.from({ length: 100 }, (_, at) => watch.look({ nowMs: at * 100, pulse: at }));
    expect(Math.max(...still)).toBe(0);
  });

  test("counts from the last change", () => {
    const watch = new StallWatch();
    watch.look({ nowMs: 1000, pulse: 7 });
    watch.look({ nowMs: 1100, pulse: 8 });
    expect(watch.look({ nowMs: 1200, pulse: 8 })).toBe(100);
    expect(watch.look({ nowMs: 1300, pulse: 8 })).toBe(200);
    expect(watch.look({ nowMs: 1400, pulse: 9 })).toBe(0);
  });

  test("a machine that stood still itself counts anew", () => {
    const watch = new StallWatch();
    watch.look({ nowMs: 0, pulse: 1 });
    watch.look({ nowMs: 100, pulse: 1 });
    expect(watch.look({ nowMs: 3_600_000, pulse: 1 })).toBe(0);
    expect(watch.look({ nowMs: 3_600_100, pulse: 1 })).toBe(100);
  });

  test("a look that comes a little late still counts", () => {
    const watch = new StallWatch();
    watch.look({ nowMs: 0, pulse: 1 });
    expect(watch.look({ nowMs: 900, pulse: 1 })).toBe(900);
  });
});
