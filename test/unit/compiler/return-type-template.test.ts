import { expect, test } from "bun:test";
import { matchesTemplate } from "../../../src/compiler/return-type-template.ts";

const string = { kind: "any", name: "string" } as const;
const number = { kind: "any", name: "number" } as const;
const bigint = { kind: "any", name: "bigint" } as const;
const text = (...texts: string[]) => ({ kind: "choice", texts }) as const;

test("no parts match nothing but the empty text", () => {
  expect(matchesTemplate([], "")).toBe(true);
  expect(matchesTemplate([], "a")).toBe(false);
});

test("a hole for text gives back what the next part needs", () => {
  expect(matchesTemplate([string, text("-"), string, text("-end")], "a-b-c-end")).toBe(true);
  expect(matchesTemplate([string, text("-end"), text("x")], "a-end")).toBe(false);
});

test("a hole for a number takes what JavaScript prints as that number", () => {
  for (const fits of ["0", "-1", "1.5", "1e+21", "123456789"])
    expect(matchesTemplate([number], fits)).toBe(true);
  for (const not of ["", "01", "1.", "+1", "NaN", "Infinity", "0x1", " 1", "1e400"]) {
    expect(matchesTemplate([number], not)).toBe(false);
  }
});

test("a hole for a bigint takes whole numbers only", () => {
  for (const fits of ["0", "-12", "12345678901234567890"]) expect(matchesTemplate([bigint], fits)).toBe(true);
  for (const not of ["-0", "1.5", "1n", "007", ""]) expect(matchesTemplate([bigint], not)).toBe(false);
});

test("one of several texts is enough, also when one begins like another", () => {
  expect(matchesTemplate([text("a", "ab"), text("c")], "abc")).toBe(true);
  expect(matchesTemplate([text("a", "ab"), text("c")], "abbc")).toBe(false);
});

test("many holes in a row cost no more than their number times the length", () => {
  const parts = [...Array.from({ length: 50 }, () => string), text("!")];
  expect(matchesTemplate(parts, "x".repeat(20_000))).toBe(false);
});
