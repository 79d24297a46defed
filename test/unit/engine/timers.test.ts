import { describe, expect, test } from "bun:test";
import { promisify } from "node:util";
import { RunningMark } from "../../../src/engine/running-mark.ts";
import { ScriptTimers } from "../../../src/engine/timers.ts";

function timersWith(pendingMax = 10) {
  const reported = Promise.withResolvers<unknown>();
  let refused = 0;
  const timers = new ScriptTimers({
    pendingMax,
    onRefused: () => refused++,
    onFired: () => undefined,
    report: reported.resolve,
    mark: new RunningMark(),
    place: 0,
  });
  return { timers, reported: reported.promise, refused: () => refused };
}

/** The next turn of the timers. */
const turn = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));

describe("ScriptTimers", () => {
  test("hand their arguments to the callback and are pending until then", async () => {
    const { timers } = timersWith();
    const called = Promise.withResolvers<unknown[]>();
    timers.functions.setTimeout((...args: unknown[]) => called.resolve(args), 1, "a", "b");
    expect(timers.pending).toBe(1);
    expect(await called.promise).toEqual(["a", "b"]);
    expect(timers.pending).toBe(0);
    timers[Symbol.dispose]();
  });

  test("an interval repeats and stays pending until it is cleared", async () => {
    const { timers } = timersWith();
    const { setInterval: every, clearInterval: clear } = timers.functions;
    const third = Promise.withResolvers<void>();
    let count = 0;
    const timer = every(() => {
      if (++count === 3) third.resolve();
    }, 1);
    await third.promise;
    expect(timers.pending).toBe(1);
    clear(timer);
    expect(timers.pending).toBe(0);
  });

  test.each(["object", "number"])("clearTimeout takes what setTimeout gave, as %s", async (form) => {
    const { timers } = timersWith();
    let isCalled = false;
    const timer = timers.functions.setTimeout(() => {
      isCalled = true;
    }, 1);
    timers.functions.clearTimeout(form === "number" ? Number(timer) : timer);
    await turn();
    expect([isCalled, timers.pending]).toEqual([false, 0]);
  });

  test("setImmediate runs and can be cleared", async () => {
    const { timers } = timersWith();
    const { setImmediate: soon, clearImmediate: clear } = timers.functions;
    let cleared = true;
    clear(soon(() => (cleared = false)));
    await new Promise<void>((resolve) => soon(resolve));
    expect([cleared, timers.pending]).toEqual([true, 0]);
  });

  test("one too many is refused with the name of the setting, and counted", () => {
    const { timers, refused } = timersWith(2);
    const start = () => timers.functions.setTimeout(() => undefined, 60_000);
    start();
    start();
    expect(start).toThrow("--timers-max");
    expect([timers.pending, refused()]).toEqual([2, 1]);
    timers[Symbol.dispose]();
  });

  test("nothing is pending after dispose, and no other timer can be started", () => {
    const { timers } = timersWith();
    timers.functions.setInterval(() => undefined, 60_000);
    timers[Symbol.dispose]();
    expect(timers.pending).toBe(0);
    expect(() => timers.functions.setTimeout(() => undefined, 60_000)).toThrow("let go of");
  });

  test("what a callback throws is reported", async () => {
    const { timers, reported } = timersWith();
    timers.functions.setTimeout(() => {
      throw new Error("sync");
    }, 1);
    expect(await reported).toMatchObject({ message: "sync" });
  });

  test("what an async callback rejects with is reported", async () => {
    const { timers, reported } = timersWith();
    timers.functions.setTimeout(async () => {
      throw new Error("async");
    }, 1);
    expect(await reported).toMatchObject({ message: "async" });
  });

  test("disposing ends them all", async () => {
    const { timers } = timersWith();
    let calls = 0;
    timers.functions.setTimeout(() => calls++, 1);
    timers.functions.setInterval(() => calls++, 1);
    timers[Symbol.dispose]();
    await turn();
    expect([calls, timers.pending]).toEqual([0, 0]);
  });

  test("a callback that is no function is refused", () => {
    const { timers } = timersWith();
    expect(() => timers.functions.setTimeout("code" as never, 1)).toThrow(TypeError);
  });

  test("util.promisify(setTimeout) is a sleep that yields its value", async () => {
    const { timers } = timersWith();
    const sleep = promisify(timers.functions.setTimeout) as unknown as (ms: number, value: string) => unknown;
    expect(await sleep(1, "slept")).toBe("slept");
  });

  test("scripts cannot hang anything on the functions", () => {
    const { timers } = timersWith();
    expect(Object.isFrozen(timers.functions)).toBe(true);
    for (const each of Object.values(timers.functions)) {
      expect(Object.isFrozen(each)).toBe(true);
      expect(each.constructor).toBeUndefined();
    }
  });
});
