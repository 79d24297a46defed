import { describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/base/clock.ts";
import { ActiveExecutions } from "../../../src/engine/active.ts";
import type { Execution } from "../../../src/engine/execution.ts";
import { IDLE_TIMEOUT_S } from "../../../src/engine/idle.ts";
import { RunningMark } from "../../../src/engine/running-mark.ts";
import { until } from "../../support/until.ts";

/** An execution as far as this class asks. */
function execution(startedMs = systemClock.monotonicMs()): Execution & { readonly reasons: unknown[] } {
  const reasons: unknown[] = [];
  const endpoint = { unit: { place: 0, state: { begin: () => undefined, end: () => undefined } } };
  return { reasons, endpoint, startedMs, abort: (reason: unknown) => reasons.push(reason) } as never;
}

const unlimited = { timeoutMs: 0, expire: () => undefined };

describe("ActiveExecutions", () => {
  test("counts what has entered and not left; leaving twice counts once", () => {
    using active = new ActiveExecutions(systemClock, new RunningMark());
    const first = active.enter(execution(), unlimited);
    active.enter(execution(), unlimited);
    first.leave();
    first.leave();
    expect(active.size).toBe(1);
  });

  test("drained resolves when the last one leaves, at once when nothing runs, for everybody who waits", async () => {
    using active = new ActiveExecutions(systemClock, new RunningMark());
    await active.drained();
    const first = active.enter(execution(), unlimited);
    const second = active.enter(execution(), unlimited);
    const seen: string[] = [];
    const waits = ["a", "b"].map((name) => active.drained().then(() => seen.push(name)));
    first.leave();
    await Promise.resolve();
    expect(seen).toEqual([]);
    second.leave();
    await Promise.all(waits);
    expect(seen).toEqual(["a", "b"]);
  });

  test("abortAll tells each execution why, and how many there were", () => {
    using active = new ActiveExecutions(systemClock, new RunningMark());
    const all = [execution(), execution()];
    for (const each of all) active.enter(each, unlimited);
    expect(active.abortAll("over")).toBe(2);
    expect(all.map(({ reasons }) => reasons)).toEqual([["over"], ["over"]]);
  });

  test("a limit that is over calls expire once; the execution stays until it leaves", async () => {
    using active = new ActiveExecutions(systemClock, new RunningMark());
    let calls = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const expire = () => {
      calls++;
      resolve();
    };
    const running = active.enter(execution(), { timeoutMs: 5, expire });
    await promise;
    expect([calls, active.size]).toEqual([1, 1]);
    running.leave();
    expect(active.size).toBe(0);
  });

  test("time that passed before it entered counts", async () => {
    using active = new ActiveExecutions(systemClock, new RunningMark());
    const { promise, resolve } = Promise.withResolvers<void>();
    const sinceMs = systemClock.monotonicMs() - 3_600_000;
    active.enter(execution(sinceMs), { timeoutMs: 3_600_000, expire: resolve });
    await promise;
  });

  test("the connection of a long one is kept open, and may be idle again once it has left", async () => {
    using active = new ActiveExecutions(systemClock, new RunningMark());
    const asked: number[] = [];
    const server = { timeout: (_: Request, seconds: number) => void asked.push(seconds) };
    const long = active.enter({ ...execution(), server } as never, unlimited);
    await until(
      () => asked.length,
      (count) => count === 1,
    );
    long.leave();
    long.leave();
    expect(asked).toEqual([0, IDLE_TIMEOUT_S]);
  });

  test("names the scripts that wait, each once", () => {
    using active = new ActiveExecutions(systemClock, new RunningMark());
    const of = (file: string) => ({ ...execution(), endpoint: { ...execution().endpoint, match: { file } } });
    for (const file of ["a.ts", "b.ts", "a.ts", "c.ts"]) active.enter(of(file) as never, unlimited);
    expect(active.scripts(2)).toEqual(["a.ts", "b.ts"]);
  });

  test("one that leaves in time is never told, and neither is one of a disposed set", async () => {
    let calls = 0;
    const limit = { timeoutMs: 5, expire: () => calls++ };
    {
      using active = new ActiveExecutions(systemClock, new RunningMark());
      active.enter(execution(), limit).leave();
      active.enter(execution(), limit);
    }
    const later = Promise.withResolvers<void>();
    setTimeout(later.resolve, 20);
    await later.promise;
    expect(calls).toBe(0);
  });
});
