import { describe, expect, test } from "bun:test";
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

describe("before a request", () => {
  const LONG_MS = 1;

  /** A guard that has just been asked, and what it guards. */
  function checked(nowMs: number) {
    const object = Object.create(null) as Record<string, unknown>;
    const guard = new HostGuard([object]);
    guard.reach();
    guard.check(nowMs);
    return { object, guard };
  }

  test("nothing is compared until a script could reach a built-in", () => {
    const object = Object.create(null) as Record<string, unknown>;
    const guard = new HostGuard([object]);
    object["added"] = 1;
    guard.check(LONG_MS);
    expect(Object.keys(object)).toEqual(["added"]);
    guard.reach();
    guard.check(LONG_MS);
    expect(Object.keys(object)).toEqual([]);
  });

  test.each([
    ["a script that could has run", (guard: HostGuard) => guard.reach()],
    ["code that one left for later has run", (guard: HostGuard) => guard.note()],
  ])("all is compared at once when %s", (_, happens) => {
    const { object, guard } = checked(LONG_MS);
    happens(guard);
    object["added"] = 1;
    guard.check(LONG_MS);
    expect(Object.keys(object)).toEqual([]);
  });

  test("what was replaced is put back at once while one of them has not settled", () => {
    const { object, guard } = checked(LONG_MS);
    object["kept"] = 1;
    guard.remember();
    object["kept"] = 2;
    guard.check(LONG_MS);
    expect(object["kept"]).toBe(2);
    guard.follow(new Promise(() => {}), { whole: false });
    guard.check(LONG_MS);
    expect(object["kept"]).toBe(1);
  });

  test("all is compared at once when one of them has settled", async () => {
    const { object, guard } = checked(LONG_MS);
    const running = Promise.resolve();
    guard.follow(running, { whole: false });
    await running;
    object["added"] = 1;
    guard.check(LONG_MS);
    expect(Object.keys(object)).toEqual([]);
  });

  test("what nobody saw coming is found a tenth of a millisecond after the last comparison", () => {
    const { object, guard } = checked(LONG_MS);
    object["added"] = 1;
    guard.check(LONG_MS + 0.09);
    expect(Object.keys(object)).toEqual(["added"]);
    guard.check(LONG_MS + 0.1);
    expect(Object.keys(object)).toEqual([]);
  });

  test("a script whose request has waited finds what was changed meanwhile put back", () => {
    const { object, guard } = checked(LONG_MS);
    guard.reach();
    object["added"] = 1;
    guard.checkAgain();
    expect(Object.keys(object)).toEqual([]);
  });
});
