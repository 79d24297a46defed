import { describe, expect, test } from "bun:test";
import { Gate } from "../../../src/base/gate.ts";

/** Whether a promise has settled once everything that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  for (let turns = 0; turns < 10; turns++) await Promise.resolve();
  return settled;
}

describe("Gate", () => {
  test("lets as many in as its limit says; the next one waits until somebody leaves", async () => {
    const gate = new Gate({ limit: 2, waitingMax: 10 });
    const first = await gate.enter();
    await gate.enter();
    const third = gate.enter();
    expect([await isSettled(third), gate.running]).toEqual([false, 2]);
    first?.();
    expect(await third).toBeFunction();
    expect(gate.running).toBe(2);
  });

  test("is first come, first served", async () => {
    const gate = new Gate({ limit: 1, waitingMax: 10 });
    const order: number[] = [];
    const leave = await gate.enter();
    const all = [1, 2, 3].map(async (n) => {
      const done = await gate.enter();
      order.push(n);
      done?.();
    });
    leave?.();
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3]);
    expect(gate.running).toBe(0);
  });

  test("leaving twice frees one place", async () => {
    const gate = new Gate({ limit: 1, waitingMax: 10 });
    const leave = await gate.enter();
    leave?.();
    leave?.();
    expect(gate.running).toBe(0);
    await gate.enter();
    expect(await isSettled(gate.enter())).toBe(false);
  });

  test("refuses and counts when too many wait", async () => {
    const gate = new Gate({ limit: 1, waitingMax: 1 });
    await gate.enter();
    void gate.enter();
    expect(await gate.enter()).toBeNull();
    expect(gate.refused).toBe(1);
  });

  test("with no waiting allowed it refuses at once", async () => {
    const gate = new Gate({ limit: 1, waitingMax: 0 });
    await gate.enter();
    expect(await gate.enter()).toBeNull();
  });

  test("an abort gives the place in the queue up, before or while waiting", async () => {
    const gate = new Gate({ limit: 1, waitingMax: 1 });
    const leave = await gate.enter();
    expect(await gate.enter(AbortSignal.abort())).toBeNull();
    const abort = new AbortController();
    const waiting = gate.enter(abort.signal);
    abort.abort();
    expect(await waiting).toBeNull();
    const next = gate.enter();
    leave?.();
    expect(await next).toBeFunction();
    expect(gate.refused).toBe(0);
  });

  test("an abort after it was let in changes nothing", async () => {
    const gate = new Gate({ limit: 1, waitingMax: 1 });
    const first = await gate.enter();
    const abort = new AbortController();
    const second = gate.enter(abort.signal);
    first?.();
    const leave = await second;
    abort.abort();
    expect(gate.running).toBe(1);
    leave?.();
    expect(gate.running).toBe(0);
  });
});
