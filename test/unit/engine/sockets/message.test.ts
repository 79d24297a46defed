import { describe, expect, test } from "bun:test";
import { lengthOf, toCloseCode, toMessage, toReason } from "../../../../src/engine/sockets/message.ts";

describe("toMessage", () => {
  test("objects are written by the serialiser of the script's context", () => {
    expect(toMessage({ a: 1 }, () => "own")).toBe("own");
    expect(toMessage([1], null)).toBe("[1]");
  });

  test("what JSON cannot hold throws as it does everywhere", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(() => toMessage(cycle, null)).toThrow(TypeError);
    expect(() => toMessage({ big: 1n }, null)).toThrow(TypeError);
  });
});

test("lengthOf tells an empty message of every kind", () => {
  expect(["", new ArrayBuffer(0), new Uint8Array(0), "x", new Uint16Array(1)].map(lengthOf)).toEqual([
    0, 0, 0, 1, 2,
  ]);
});

describe("toReason", () => {
  test.each([
    [undefined, ""],
    [null, ""],
    [404, "404"],
    ["x".repeat(123), "x".repeat(123)],
    ["x".repeat(124), "x".repeat(123)],
    ["😀".repeat(31), "😀".repeat(30)],
    [`${"x".repeat(122)}é`, "x".repeat(122)],
    ["half \ud83d", "half �"],
  ])("%p", (reason, seen) => {
    expect(toReason(reason)).toBe(seen);
    expect(Buffer.byteLength(toReason(reason))).toBeLessThanOrEqual(123);
  });
});

test("toCloseCode takes what RFC 6455 §7.4 lets an endpoint send", () => {
  const isSendable = (code: number) => {
    try {
      return toCloseCode(code) === code;
    } catch {
      return false;
    }
  };
  const codes = Array.from({ length: 6_000 }, (_, code) => code).filter(isSendable);
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
  expect(codes).toEqual([...range(1000, 1003), ...range(1007, 1014), ...range(3000, 4999)]);
  expect(toCloseCode(undefined)).toBe(1000);
  for (const wrong of [Number.NaN, 1000.5, "1000", null, {}])
    expect(() => toCloseCode(wrong)).toThrow(RangeError);
});
