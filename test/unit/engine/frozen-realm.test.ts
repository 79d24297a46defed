import { beforeAll, describe, expect, test } from "bun:test";
import vm from "node:vm";
import { createFrozenRealm, type FrozenRealm } from "../../../src/engine/frozen-realm.ts";
import { hostGlobals } from "../../../src/engine/globals.ts";
import { closeHostRealm } from "../../../src/engine/host-realm.ts";
import { OpenSlots } from "../../../src/engine/open-slots.ts";

let realm: FrozenRealm;
const run = (code: string): unknown => vm.runInContext(code, realm.context);

beforeAll(() => {
  closeHostRealm();
  realm = createFrozenRealm();
});

describe("the frozen realm", () => {
  test("holds no object that could be changed, but for the open slots", () => {
    const roots = [
      ...Object.getOwnPropertyNames(realm.context).map(
        (name) => (realm.context as Record<string, unknown>)[name],
      ),
      ...(run(EVERY_LITERAL) as unknown[]),
      realm.createGlobalProto(["left"], {}),
    ];
    const found = changeable(roots, { open: realm.openSlots, except: new Set(Object.values(hostGlobals())) });
    expect(found.names).toEqual([]);
    expect(found.walked).toBeGreaterThan(1_000);
  });

  test("ignores or refuses what a script does to its global object", () => {
    run("left = 1");
    run("globalThis.left = 1; var left = 1");
    run("delete globalThis.Map; globalThis.Math = 1");
    expect(() => run("Object.defineProperty(globalThis, 'left', { value: 1 })")).toThrow();
    expect(() => run("Object.setPrototypeOf(globalThis, { left: 1 })")).toThrow();
    expect(run("Reflect.setPrototypeOf(globalThis, { left: 1 })")).toBe(false);
    expect(() => run("globalThis.__proto__ = { left: 1 }")).toThrow();
    expect(run("[typeof left, typeof Map, typeof Math, typeof globalThis.left].join()")).toBe(
      "undefined,function,object,undefined",
    );
  });

  test("compiles no text", () => {
    expect(() => run("(() => {}).constructor('return 1')")).toThrow();
    expect(() => run("eval('1')")).toThrow();
  });

  test.each([
    ["toString of an object", "const o = {}; o.toString = () => 'own'; String(o)"],
    ["toString of a function", "const f = () => {}; f.toString = () => 'own'; String(f)"],
    ["name of an error", "const e = new Error('a'); e.name = 'own'; e.name"],
    ["a method of an array that is not hot", "const a = []; a.map = () => 'own'; a.map()"],
    ["a method of a map", "const m = new Map(); m.get = () => 'own'; m.get()"],
    ["constructor of an object", "const o = {}; o.constructor = 'own'; o.constructor"],
  ])("lets a script override %s of its own", (_name, code) => {
    expect(run(`(() => { ${code.replace(/([^;]+)$/, "return $1")} })()`)).toBe("own");
  });

  test("gives every execution a global object that only it sees", () => {
    const proto = realm.createGlobalProto(["left"], {});
    const [one, other] = [realm.createGlobal(proto), realm.createGlobal(proto)] as Record<string, unknown>[];
    (one as Record<string, unknown>)["left"] = 1;
    (one as Record<string, unknown>)["Math"] = 2;
    expect(one).toMatchObject({ left: 1, Math: 2 });
    expect(() => other?.["left"]).toThrow("left is not defined");
    expect(other?.["Math"]).toBe(realm.globals["Math"]);
  });

  test("remembers no match of a regular expression", () => {
    run("/(b)/.test('abc')");
    expect(run("RegExp.$1")).toBeUndefined();
  });
});

describe("open slots", () => {
  test.each([
    "Array.prototype[Symbol.iterator] = () => 'left'",
    "Object.getPrototypeOf([].values()).next = () => 'left'",
    "Promise.prototype.then = () => 'left'",
    "RegExp.prototype.exec = () => null",
    "Error.prototype.name = 'left'",
    "Object.prototype.constructor = 'left'",
    defineByField("Array", "[Symbol.species]"),
  ])("are put back by the glance before an execution: %s", (tamper) => {
    const before = describeSlots();
    run(tamper);
    expect(describeSlots()).not.toEqual(before);
    realm.openSlots.check();
    expect(describeSlots()).toEqual(before);
  });

  test("a replaced getter of RegExp.prototype is put back by the full comparison", () => {
    const before = describeSlots();
    run(defineByField("RegExp.prototype", "flags"));
    expect(realm.openSlots.restore()).toBe(1);
    expect(describeSlots()).toEqual(before);
  });

  test.each([
    "Object.defineProperty(RegExp.prototype, 'flags', { get: () => 'left' })",
    "Object.defineProperties(RegExp.prototype, { flags: { get: () => 'left' } })",
    "RegExp.prototype.__defineGetter__('flags', () => 'left')",
    "RegExp.prototype.__defineSetter__('flags', () => {})",
    "Object.defineProperty(Promise.prototype, 'then', { writable: false })",
    "Object.freeze(RegExp.prototype)",
    "Object.seal(Array.prototype)",
  ])("can be neither fixed nor redefined: %s", (tamper) => {
    const before = describeSlots();
    expect(() => run(tamper)).toThrow("shared by all scripts");
    expect(describeSlots()).toEqual(before);
  });

  test("restoring needs nothing of the realm that was tampered with", () => {
    const before = describeSlots();
    run(
      "Array.prototype[Symbol.iterator] = () => { throw new Error('left') }; Promise.prototype.then = null",
    );
    expect(realm.openSlots.restore()).toBe(2);
    expect(realm.openSlots.restore()).toBe(0);
    expect(describeSlots()).toEqual(before);
  });

  test("tell that the realm must be given up when one was deleted", () => {
    const other = createFrozenRealm();
    expect(other.openSlots.check()).toBe(true);
    vm.runInContext("delete Array.prototype.constructor", other.context);
    expect(other.openSlots.check()).toBe(false);
    expect(other.openSlots.isDamaged).toBe(true);
  });

  test("keep the attributes that the engine's fast paths need", () => {
    const untouched = vm.createContext({});
    const slots = new OpenSlots((code) => vm.runInContext(code, untouched));
    const holder = vm.runInContext("RegExp.prototype", untouched) as object;
    const there = run("RegExp.prototype") as object;
    for (const key of slots.of(holder) ?? []) {
      expect(Reflect.getOwnPropertyDescriptor(there, key)?.configurable).toBe(true);
    }
  });
});

/** Defines a member without any function of the realm: a field of a class lands on what its base class returns. */
function defineByField(holder: string, key: string): string {
  return `{ class A { constructor(o) { return o } } class B extends A { ${key} = 'left' } new B(${holder}) }`;
}

/** Names of the objects below the roots that are not frozen, open slots aside. */
function changeable(
  roots: readonly unknown[],
  { open, except }: { readonly open: OpenSlots; readonly except: ReadonlySet<unknown> },
): { readonly names: readonly string[]; readonly walked: number } {
  const names: string[] = [];
  const seen = new Set<unknown>(except);
  const pending: (readonly [value: unknown, path: string])[] = roots.map((root, at) => [root, `root ${at}`]);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, path] = next;
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value))
      continue;
    seen.add(value);
    if (Object.isExtensible(value)) names.push(path);
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      const isFixed = !descriptor.configurable && !descriptor.writable;
      if (!isFixed && !open.of(value)?.has(key)) names.push(`${path}.${String(key)}`);
      for (const part of ["value", "get", "set"] as const)
        pending.push([descriptor[part], `${path}.${String(key)}`]);
    }
    pending.push([Reflect.getPrototypeOf(value), `${path}.__proto__`]);
  }
  return { names, walked: seen.size };
}

/** What the slots of the realm hold now. */
function describeSlots(): unknown[] {
  const holders =
    run(`[Array.prototype, Array, Object.getPrototypeOf([].values()), Promise.prototype, RegExp.prototype,
    Error.prototype, Object.prototype]`) as object[];
  return Array.from({ length: holders.length }, (_, at) => holders[at] as object).flatMap((holder) =>
    [...(realm.openSlots.of(holder) ?? [])].map((key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(holder, key);
      return [key, descriptor?.value, descriptor?.get, descriptor?.configurable, descriptor?.enumerable];
    }),
  );
}

/** What literals of every kind inherit from; written apart from the list that the realm itself uses. */
const EVERY_LITERAL = `(() => {
  const protoOf = Object.getPrototypeOf;
  const values = [{}, [], "", 1, 1n, true, Symbol(), /x/, () => {}, function () {}, async () => {}, class extends Array {},
    async function () {}, function* () {}, async function* () {}, (function () { return arguments })(),
    (function () { "use strict"; return arguments })(), (async () => {})(), new Error(), [].entries(), "".matchAll(/a/g),
    new Map().keys(), new Set().entries(), ""[Symbol.iterator](), [].values().filter(() => true), new Date(), new Map()];
  const generators = [(function* () {})(), (async function* () {})()].map(protoOf);
  return [...values, ...generators].map((each) => protoOf(each));
})()`;
