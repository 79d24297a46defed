import { expect, test } from "bun:test";
import { toRecord } from "../../../src/base/record.ts";

test("the last of repeated names wins, in the order of first appearance", () => {
  const pairs = new URLSearchParams("b=1&a=2&b=3");
  expect(Object.entries(toRecord(pairs))).toEqual([
    ["b", "3"],
    ["a", "2"],
  ]);
});

test("names of Object.prototype are names like any other", () => {
  const record = toRecord([
    ["constructor", "1"],
    ["toString", "2"],
  ]);
  expect(Object.keys(record)).toEqual(["constructor", "toString"]);
});

test("__proto__ is left out and changes nothing", () => {
  const record = toRecord([
    ["__proto__", "1"],
    ["a", "2"],
  ]);
  expect(Object.keys(record)).toEqual(["a"]);
  expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
});
