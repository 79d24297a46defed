import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BUCKET_EDGES_MS, Durations, SAMPLES_MAX } from "../../../src/metrics/durations.ts";

function durationsOf(all: readonly number[]): Durations {
  const durations = new Durations();
  for (const ms of all) durations.note(ms);
  return durations;
}

/** The definition: the smallest value that so many percent of the values do not exceed. */
function percentileByDefinition(all: readonly number[], percent: number): number {
  const sorted = all.toSorted((one, other) => one - other);
  const found = sorted.find(
    (each) => sorted.filter((other) => other <= each).length * 100 >= percent * sorted.length,
  );
  return found ?? 0;
}

const duration = fc.oneof(
  fc.double({ min: 0, max: 20_000, noNaN: true }),
  fc.constantFrom(0, ...BUCKET_EDGES_MS, 10_000.001),
);

describe("durations", () => {
  test("percentiles are those of the sorted last samples, whatever came before", () => {
    fc.assert(
      fc.property(
        fc.array(duration, { maxLength: 3 * SAMPLES_MAX }),
        fc.integer({ min: 1, max: 100 }),
        (all, percent) => {
          const last = all.slice(-SAMPLES_MAX);
          const [p50, asked] = durationsOf(all).percentiles(50, percent);
          expect(p50).toBe(percentileByDefinition(last, 50));
          expect(asked).toBe(percentileByDefinition(last, percent));
        },
      ),
      { numRuns: 200 },
    );
  });

  test("count, sum, maximum and buckets are those of all that ever were", () => {
    fc.assert(
      fc.property(fc.array(duration, { maxLength: 3 * SAMPLES_MAX }), (all) => {
        const { count, sumMs, maxMs, buckets } = durationsOf(all);
        expect(count).toBe(all.length);
        expect(sumMs).toBeCloseTo(
          all.reduce((sum, ms) => sum + ms, 0),
          3,
        );
        expect(maxMs).toBe(Math.max(0, ...all));
        const edges = [...BUCKET_EDGES_MS, Number.POSITIVE_INFINITY];
        const cumulative = buckets.map((_, at) =>
          buckets.slice(0, at + 1).reduce((sum, each) => sum + each, 0),
        );
        expect(cumulative).toEqual(edges.map((edge) => all.filter((ms) => ms <= edge).length));
      }),
      { numRuns: 200 },
    );
  });

  test("the recent ones are the last hundred, the latest last", () => {
    const upTo = (count: number) => durationsOf(Array.from({ length: count }, (_, at) => at)).recent();
    expect(upTo(3)).toEqual([0, 1, 2]);
    for (const count of [SAMPLES_MAX - 1, SAMPLES_MAX, SAMPLES_MAX + 1, SAMPLES_MAX + 70, 3 * SAMPLES_MAX]) {
      expect(upTo(count)).toEqual(Array.from({ length: 100 }, (_, at) => count - 100 + at));
    }
  });

  test("none at all are zeros", () => {
    const none = new Durations();
    expect([none.count, none.meanMs, none.maxMs, ...none.percentiles(50, 95)]).toEqual([0, 0, 0, 0, 0]);
    expect(none.recent()).toEqual([]);
  });

  test("what another counted can be added", () => {
    const [one, other] = [durationsOf([1, 30]), durationsOf([7, 20_000])];
    one.absorb(other);
    expect(one).toMatchObject({ count: 4, sumMs: 20_038, maxMs: 20_000 });
    expect(one.buckets).toEqual(durationsOf([1, 30, 7, 20_000]).buckets);
  });
});
