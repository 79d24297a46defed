import { expect, test } from "bun:test";
import { HostGuard } from "../../../src/engine/host-guard.ts";

const KEY = Symbol("key");

function builtIn(): Record<PropertyKey, unknown> {
  return Object.assign(Object.create(null), { kept: 1, method: () => "own", [KEY]: 2 });
}

test("a member that was added, replaced or deleted is put back", () => {
  const object = builtIn();
  const before = { ...object };
  const guard = new HostGuard([object]);
  object["added"] = 1;
  object["method"] = () => "replaced";
  Reflect.deleteProperty(object, KEY);
  expect(guard.restore()).toBe(1);
  expect({ ...object }).toEqual(before);
  expect(guard.restore()).toBe(0);
});

test("an accessor in the place of a value is noticed", () => {
  const object = builtIn();
  const guard = new HostGuard([object]);
  Object.defineProperty(object, "kept", { get: () => 1, configurable: true });
  guard.restore();
  expect(Reflect.getOwnPropertyDescriptor(object, "kept")?.value).toBe(1);
});

test("what a package changed while it was loaded stays", () => {
  const object = builtIn();
  const guard = new HostGuard([object]);
  object["polyfill"] = true;
  guard.remember();
  object["left"] = true;
  guard.restore();
  expect(Object.keys(object)).toEqual(["kept", "method", "polyfill"]);
});

test("nothing can be hung on a method", () => {
  const object = builtIn();
  new HostGuard([object]);
  expect(Object.isFrozen(object["method"])).toBe(true);
});

test("the check for each execution sees what was replaced or deleted", () => {
  const object = builtIn();
  const before = { ...object };
  const guard = new HostGuard([object]);
  object["method"] = () => "replaced";
  guard.checkReplaced();
  expect({ ...object }).toEqual(before);
  Reflect.deleteProperty(object, "kept");
  guard.checkReplaced();
  expect({ ...object }).toEqual(before);
});

test("the whole check sees what was added at any time", () => {
  const object = Object.create(null) as Record<string, unknown>;
  const guard = new HostGuard([object]);
  for (const key of ["one", "other"]) {
    object[key] = 1;
    guard.checkAll();
    expect(Object.keys(object)).toEqual([]);
  }
});

test("the checks know what a package brought", () => {
  const object = builtIn();
  const guard = new HostGuard([object]);
  object["method"] = () => "polyfill";
  guard.remember();
  guard.checkAll();
  expect((object["method"] as () => string)()).toBe("polyfill");
});
