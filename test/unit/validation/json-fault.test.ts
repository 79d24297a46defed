import { expect, test } from "bun:test";
import fc from "fast-check";
import { findJsonFault } from "../../../src/validation/json-fault.ts";

test.each([
  ["{oops", 1],
  ["", 0],
  ["  ", 2],
  ['{"a":1,\n "b":}', 13],
  ['{"a":1,}', 7],
  ["[1,]", 3],
  ["[1 2]", 3],
  ["{'a':1}", 1],
  ["[1,2", 4],
  ['{"a":1} x', 8],
  ['"a\nb"', 0],
  ["NaN", 0],
  ["[01]", 1],
  ["[1}", 2],
  ["[.5]", 1],
  ["[truely]", 1],
  ['["\\x"]', 1],
  ["]", 0],
  ["[,]", 1],
])("the fault of %p is found", (text, offset) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(findJsonFault(text)).toBe(offset);
});

test("text that parses has no fault before its end", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(findJsonFault(text)).toBe(text.length);
    }),
    { seed: 20260115, numRuns: 500 },
  );
});

test("five million open brackets are no danger", () => {
  expect(findJsonFault("[".repeat(5_000_000))).toBe(5_000_000);
});
