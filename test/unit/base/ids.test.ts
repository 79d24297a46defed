import { expect, test } from "bun:test";
import { IdSource } from "../../../src/base/ids.ts";

test("an id is its prefix and 26 characters of Crockford's base 32", () => {
  expect(new IdSource().next("exec_", Date.now())).toMatch(/^exec_[0-9A-HJKMNP-TV-Z]{26}$/);
});

test("the first ten characters are the time, as ULID says", () => {
  expect(new IdSource().next("", 0)).toStartWith("0000000000");
  expect(new IdSource().next("", 2 ** 48 - 1)).toStartWith("7ZZZZZZZZZ");
  expect(new IdSource().next("", 1_469_918_176_385)).toStartWith("01ARYZ6S41");
});

test("ids sort by time", () => {
  const ids = new IdSource();
  const made = [1, 1_000, 1_700_000_000_000, 1_700_000_000_001].map((atMs) => ids.next("", atMs));
  expect([...made].sort()).toEqual(made);
});

test("ids of one millisecond differ, over many refills of the pool", () => {
  const ids = new IdSource();
  const made = new Set(Array.from({ length: 10_000 }, () => ids.next("", 5)));
  expect(made.size).toBe(10_000);
});

test("two sources do not repeat each other", () => {
  expect(new IdSource().next("", 5)).not.toBe(new IdSource().next("", 5));
});
