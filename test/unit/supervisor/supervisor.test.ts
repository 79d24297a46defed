import { expect, test } from "bun:test";
import { Supervisor } from "../../../src/supervisor/supervisor.ts";
import { until } from "../../support/until.ts";

const silent = { error: () => undefined } as never;

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

test("a task is set up when start returns", async () => {
  await using supervisor = new Supervisor({ log: silent });
  let isSetUp = false;
  supervisor.start({
    name: "watch",
    critical: true,
    run: (signal) => {
      isSetUp = true;
      return aborted(signal);
    },
  });
  expect(isSetUp).toBe(true);
});

test("a task that failed runs again", async () => {
  await using supervisor = new Supervisor({ log: silent });
  let runs = 0;
  supervisor.start({
    name: "fragile",
    critical: false,
    run: async (signal) => {
      if (++runs === 1) throw new Error("once");
      await aborted(signal);
    },
  });
  expect(
    await until(
      () => runs,
      (seen) => seen === 2,
    ),
  ).toBe(2);
});

test("disposing waits until every task has stopped", async () => {
  const supervisor = new Supervisor({ log: silent });
  let hasStopped = false;
  supervisor.start({
    name: "slow",
    critical: false,
    run: async (signal) => {
      await aborted(signal);
      await Bun.sleep(5);
      hasStopped = true;
    },
  });
  await supervisor[Symbol.asyncDispose]();
  expect(hasStopped).toBe(true);
});
