import { expect, test } from "bun:test";
import { slopeOf, soak } from "../soak/soak.ts";

test("twenty seconds of mixed load leave no descriptor and no execution, and every answer is right", async () => {
  const result = await soak({ seconds: 20, sampleEveryS: 1, warmUpShare: 0.5 });
  const { wrong, aborted, exitCode, descriptorsBefore, descriptorsAfter, slopeMibPerMinute, requests } =
    result;
  expect(wrong).toEqual([]);
  expect({ aborted, exitCode }).toEqual({ aborted: 0, exitCode: 0 });
  expect(descriptorsAfter).toBeLessThanOrEqual(descriptorsBefore + 2);
  expect(requests).toBeGreaterThan(1_000);
  // So short a time says little about memory; `bun run soak` takes ten minutes for that.
  expect(slopeMibPerMinute).toBeLessThan(600);
}, 120_000);

test("the slope of memory is that of the line which fits best", () => {
  expect(slopeOf([])).toBe(0);
  expect(slopeOf([[1, 5]])).toBe(0);
  expect(
    slopeOf([
      [0, 10],
      [1, 12],
      [2, 14],
    ]),
  ).toBeCloseTo(2);
});
