import { describe, expect, test } from "bun:test";
import { parseDotPath, readAt, removeAt, writeAt } from "../../../src/state/dot-path.ts";

describe("dot paths", () => {
  test.each(["__proto__", "a.__proto__.b", "prototype", "a.constructor"])(
    "%s is refused as reserved",
    (path) => {
      expect(() => parseDotPath(path)).toThrow("Invalid path: reserved segment");
    },
  );

  test.each(["", ".", "a..b", ".a", "a."])("%j is refused for its empty segment", (path) => {
    expect(() => parseDotPath(path)).toThrow("Invalid path: empty segment");
  });

  test("inherited members are never found", () => {
    expect(readAt({}, ["toString"])).toBeNull();
    expect(readAt({ text: "abc" }, ["text", "length"])).toBeNull();
  });

  test("a member that is undefined is found", () => {
    expect(readAt({ a: undefined }, ["a"])).toEqual({ value: undefined });
  });

  test("array items are read, replaced, appended and removed by index", () => {
    const root = { list: [1, 2] as unknown[] };
    expect(readAt(root, ["list", "1"])).toEqual({ value: 2 });
    writeAt(root, ["list", "2"], 3);
    writeAt(root, ["list", "0"], 0);
    expect(root.list).toEqual([0, 2, 3]);
    expect(removeAt(root, ["list", "1"])).toBe(true);
    expect(root.list).toEqual([0, 3]);
  });

  test.each(["length", "5", "-1", "x"])("an array is not written at %s", (segment) => {
    const root = { list: [1, 2] };
    expect(() => writeAt(root, ["list", segment], 9)).toThrow("is no index");
    expect(root.list).toEqual([1, 2]);
  });

  test("a path through a number is refused", () => {
    expect(() => writeAt({ a: 1 }, ["a", "b"], 2)).toThrow('"a" holds no object');
  });

  test("a frozen holder is refused, not ignored", () => {
    expect(() => writeAt({ a: Object.freeze({ b: 1 }) }, ["a", "b"], 2)).toThrow("read-only");
  });

  test("a member called __proto__ in a value stays data", () => {
    const root: Record<string, unknown> = {};
    writeAt(root, ["__proto__"], { polluted: true });
    expect(Object.getPrototypeOf(root)).toBe(Object.prototype);
    expect(Object.hasOwn(root, "__proto__")).toBe(true);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("removing from nowhere answers false", () => {
    expect(removeAt({}, ["a", "b"])).toBe(false);
    expect(removeAt({ a: 1 }, ["toString"])).toBe(false);
  });
});
