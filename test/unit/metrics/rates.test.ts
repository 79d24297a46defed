import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Rates } from "../../../src/metrics/rates.ts";

/** As the recorder does it. */
class Counted {
  nowMs = 5_000_000;
  counted = 0;
  readonly rates = new Rates(this.nowMs);

  request(times = 1): void {
    for (let at = 0; at < times; at++) {
      if (this.nowMs >= this.rates.endsMs) this.rates.turn(this.nowMs, this.counted);
      this.counted++;
    }
  }

  per(seconds: number): number {
    return this.rates.per(seconds, this.nowMs, this.counted);
  }
}

describe("rates", () => {
  test("a window is divided by its length, a shorter uptime by the uptime", () => {
    const server = new Counted();
    server.request(30);
    server.nowMs += 10_000;
    expect(server.per(60)).toBe(3);
    server.nowMs += 20_000;
    expect([server.per(60), server.per(300)]).toEqual([1, 1]);
    server.nowMs += 29_000;
    server.request(30);
    expect(server.per(60)).toBeCloseTo(60 / 59, 9);
    server.nowMs += 1_000;
    expect(server.per(60)).toBe(0.5); // The first thirty are over a minute old.
    expect(server.per(300)).toBe(1);
  });

  test("the first second counts as a whole one", () => {
    const server = new Counted();
    server.request(2);
    expect(server.per(60)).toBe(2);
    server.nowMs += 500;
    expect(server.per(60)).toBe(2);
  });

  test("what is older than the window is over, after a silence of any length, too", () => {
    for (const silenceMs of [60_000, 899_000, 900_000, 901_000, 5_000_000]) {
      const server = new Counted();
      server.nowMs += 1_000_000;
      server.request(1_000);
      server.nowMs += silenceMs;
      server.request(9);
      expect(server.per(60)).toBe(9 / 60);
      expect(server.per(900)).toBe((silenceMs < 900_000 ? 1_009 : 9) / 900);
    }
  });

  test("each window holds what the times of the requests say", () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 2_500 }), fc.integer({ min: 0, max: 400_000 })),
      requests: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(60, 300, 900), (steps, seconds) => {
        const server = new Counted();
        const startedMs = server.nowMs;
        const seen: number[] = [];
        for (const { afterMs, requests } of steps) {
          server.nowMs += afterMs;
          server.request(requests);
          for (let at = 0; at < requests; at++) seen.push(Math.floor((server.nowMs - startedMs) / 1_000));
        }
        const now = Math.floor((server.nowMs - startedMs) / 1_000);
        const inWindow = seen.filter((second) => second > now - seconds).length;
        const uptime = Math.max(1, (server.nowMs - startedMs) / 1_000);
        expect(server.per(seconds)).toBeCloseTo(inWindow / Math.min(seconds, uptime), 9);
      }),
      { numRuns: 300 },
    );
  });
});
