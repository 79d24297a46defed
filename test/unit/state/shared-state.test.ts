import { describe, expect, test } from "bun:test";
import { runInNewContext } from "node:vm";
import { SharedState } from "../../../src/state/shared-state.ts";

const make = (bytesMax = 1000) => new SharedState({ bytesMax });
const KEY = "default/1";

describe("shared state by reference", () => {
  test("scripts of one deployment get one object, of two deployments two", () => {
    const state = make();
    expect(state.of(KEY)).toBe(state.of(KEY));
    expect(state.of("default/2")).not.toBe(state.of(KEY));
  });

  test("what a script puts in is what get shows", () => {
    const state = make();
    state.of(KEY)["user"] = { name: "Ada" };
    expect(state.get(KEY, "user.name")).toEqual({ kind: "found", state: "Ada", sizeBytes: 5 });
    expect(state.get(KEY, null)).toEqual({ kind: "found", state: { user: { name: "Ada" } }, sizeBytes: 23 });
  });

  test("set and clear keep the identity that running scripts hold", () => {
    const state = make();
    const held = state.of(KEY);
    state.set(KEY, { path: null, value: { a: 1 }, merge: false });
    expect(held).toEqual({ a: 1 });
    state.clear(KEY, null);
    expect(held).toEqual({});
  });

  test("asking for a deployment that nobody used makes nothing", () => {
    const state = make();
    expect(state.get(KEY, null)).toEqual({ kind: "absent" });
    expect(state.clear(KEY, null)).toEqual({ count: 0, remaining: 0 });
    expect(state.keys()).toEqual([]);
  });

  test("drop forgets the object and says whether there was one", () => {
    const state = make();
    const before = state.of(KEY);
    expect(state.drop(KEY)).toBe(true);
    expect(state.drop(KEY)).toBe(false);
    expect(state.of(KEY)).not.toBe(before);
  });
});

describe("shared state members without a JSON form", () => {
  test("functions, symbols, undefined, BigInt and cycles are left out of state and size", () => {
    const state = make();
    const shared = state.of(KEY);
    Object.assign(shared, { kept: 1, fn() {}, sym: Symbol("s"), none: undefined, big: 1n });
    shared["self"] = shared;
    expect(state.get(KEY, null)).toEqual({ kind: "found", state: { kept: 1 }, sizeBytes: 10 });
  });

  test("in an array they become null, so that the others keep their index", () => {
    const state = make();
    state.of(KEY)["list"] = [1, () => 1, 3];
    expect(state.get(KEY, "list")).toMatchObject({ state: [1, null, 3] });
  });

  test("a value seen twice without a cycle is shown twice", () => {
    const state = make();
    const twice = { a: 1 };
    Object.assign(state.of(KEY), { x: twice, y: twice });
    expect(state.get(KEY, null)).toMatchObject({ state: { x: { a: 1 }, y: { a: 1 } } });
  });

  test("a getter or toJSON that throws loses its own member only", () => {
    const state = make();
    Object.assign(state.of(KEY), {
      kept: 1,
      bad: {
        toJSON() {
          throw new Error("no");
        },
      },
    });
    Object.defineProperty(state.of(KEY), "trap", {
      enumerable: true,
      get() {
        throw new Error("no");
      },
    });
    expect(state.get(KEY, null)).toMatchObject({ state: { kept: 1 } });
  });

  test("values of another realm are shown like our own", () => {
    const state = make();
    state.of(KEY)["foreign"] = runInNewContext("({ at: new Date(0), list: [1, { a: undefined }], fn() {} })");
    expect(state.get(KEY, "foreign")).toMatchObject({
      state: { at: "1970-01-01T00:00:00.000Z", list: [1, {}] },
    });
  });

  test("a place that holds nothing serialisable exists and shows null", () => {
    const state = make();
    state.of(KEY)["fn"] = () => 1;
    expect(state.get(KEY, "fn")).toEqual({ kind: "found", state: null, sizeBytes: 0 });
  });

  test("a very deep value does not overflow the stack", () => {
    const state = make();
    let deep: Record<string, unknown> = {};
    for (let level = 0; level < 100_000; level++) deep = { deep };
    state.of(KEY)["deep"] = deep;
    expect(state.get(KEY, null).kind).toBe("found");
  });
});

describe("shared state written by path", () => {
  test("objects on the way are created", () => {
    const state = make();
    state.set(KEY, { path: "a.b.c", value: 1, merge: false });
    expect(state.of(KEY)).toEqual({ a: { b: { c: 1 } } });
  });

  test("without merge a value replaces what was there", () => {
    const state = make();
    state.set(KEY, { path: "a", value: { x: 1 }, merge: false });
    state.set(KEY, { path: "a", value: { y: 2 }, merge: false });
    expect(state.of(KEY)).toEqual({ a: { y: 2 } });
  });

  test("merge is shallow", () => {
    const state = make();
    state.set(KEY, { path: "a", value: { x: { deep: 1 }, z: 1 }, merge: false });
    state.set(KEY, { path: "a", value: { x: { other: 2 } }, merge: true });
    expect(state.of(KEY)).toEqual({ a: { x: { other: 2 }, z: 1 } });
  });

  test("merge at the root keeps the other members", () => {
    const state = make();
    state.set(KEY, { path: null, value: { a: 1 }, merge: false });
    state.set(KEY, { path: null, value: { b: 2 }, merge: true });
    expect(state.of(KEY)).toEqual({ a: 1, b: 2 });
  });

  test("the size is that of what then stands at the path", () => {
    const state = make();
    expect(state.set(KEY, { path: "a", value: "ü", merge: false })).toEqual({ sizeBytes: 4 });
    expect(state.set(KEY, { path: null, value: { b: 1 }, merge: true })).toEqual({ sizeBytes: 16 });
  });

  test("the root takes objects only", () => {
    for (const value of [1, "x", null, [1]]) {
      expect(() => make().set(KEY, { path: null, value, merge: false })).toThrow("value must be an object");
    }
  });

  test("a change past the bound is refused and changes nothing", () => {
    const state = make(20);
    state.set(KEY, { path: "a", value: 1, merge: false });
    expect(() => state.set(KEY, { path: "b.c", value: "x".repeat(20), merge: false })).toThrow(
      "over the limit of 20",
    );
    expect(state.of(KEY)).toEqual({ a: 1 });
  });

  test("clear by path removes one member and counts the rest", () => {
    const state = make();
    state.set(KEY, { path: null, value: { a: 1, b: { c: 2, d: 3 } }, merge: false });
    expect(state.clear(KEY, "b.c")).toEqual({ count: 1, remaining: 2 });
    expect(state.clear(KEY, "b.none")).toEqual({ count: 0, remaining: 2 });
    expect(state.of(KEY)).toEqual({ a: 1, b: { d: 3 } });
  });
});
