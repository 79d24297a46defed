import { describe, expect, test } from "bun:test";
import { RestartPolicy } from "../../../src/process/restart-policy.ts";

/** Deaths at so many milliseconds, each after so much health; the delays that follow. */
function delays(deaths: readonly (readonly [nowMs: number, healthyMs: number | null])[]): number[] {
  const policy = new RestartPolicy();
  return deaths.map(([nowMs, healthyMs]) => policy.delayAfter({ nowMs, healthyMs }));
}

describe("RestartPolicy", () => {
  test("a server that had been healthy is started again at once", () => {
    expect(delays([[0, 100]])).toEqual([0]);
  });

  test("five times in ten seconds, then it waits", () => {
    const deaths = [0, 1, 2, 3, 4, 5].map((second) => [second * 1000, 900] as const);
    expect(delays(deaths)).toEqual([0, 0, 0, 0, 0, 1000]);
  });

  test("deaths that lie further apart never wait", () => {
    const deaths = Array.from({ length: 20 }, (_, at) => [at * 2100, 2000] as const);
    expect(new Set(delays(deaths))).toEqual(new Set([0]));
  });

  test("a server that dies while starting is waited for: 1 s, doubling to 30 s", () => {
    const deaths = Array.from({ length: 8 }, (_, at) => [at * 40_000, null] as const);
    expect(delays(deaths)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test("60 s of health begin anew; less do not", () => {
    expect(
      delays([
        [0, null],
        [2000, null],
        [100_000, 59_999],
        [101_000, null],
        [200_000, 60_000],
        [201_000, null],
      ]),
    ).toEqual([1000, 2000, 0, 4000, 0, 1000]);
  });
});
