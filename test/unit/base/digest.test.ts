import { expect, test } from "bun:test";
import { digestOf } from "../../../src/base/digest.ts";

test("digests of any texts have one length, so that they can be compared in constant time", () => {
  for (const text of ["", "a", "ä", "x".repeat(100_000)]) expect(digestOf(text)).toHaveLength(32);
});

test("only the same text has the same digest", () => {
  expect(digestOf("token")).toEqual(digestOf("token"));
  expect(digestOf("token")).not.toEqual(digestOf("Token"));
});
