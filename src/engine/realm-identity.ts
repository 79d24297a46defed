import { types } from "node:util";

/** Source of a function; run inside a realm, so that what it makes belongs to that realm. */
export const MAKE_HAS_INSTANCE = `(builtIn, test, ordinary) => function hasInstance(value) {
  return this === builtIn ? test(value) : ordinary.call(this, value);
}`;

type MakeHasInstance = (builtIn: unknown, test: (value: unknown) => boolean, ordinary: unknown) => unknown;

/**
 * Makes `instanceof` agree across realms: an array of one realm is an `Array` in every other (performance.md §4).
 *
 * Scripts, helper modules, packages and the server each have built-ins of their own; without this a package would
 * not take a script's `Date` for a date. Subclasses keep the ordinary test.
 *
 * @param make The value of {@link MAKE_HAS_INSTANCE} in the realm of the intrinsics.
 */
export function shareIdentity(intrinsics: Readonly<Record<string, unknown>>, make: MakeHasInstance): void {
  for (const [name, test] of Object.entries(TESTS)) {
    const builtIn = intrinsics[name];
    if (typeof builtIn !== "function" || Object.hasOwn(builtIn, Symbol.hasInstance)) continue;
    Object.defineProperty(builtIn, Symbol.hasInstance, {
      value: make(
        builtIn,
        test,
        (intrinsics["Function"] as FunctionConstructor).prototype[Symbol.hasInstance],
      ),
    });
  }
}

/** TABLE: built-in constructor → whether a value of any realm is one of its instances. */
const TESTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  Array: Array.isArray,
  ArrayBuffer: types.isArrayBuffer,
  Date: types.isDate,
  Error: (value) => Error.isError(value),
  Function: (value) => typeof value === "function",
  Map: types.isMap,
  Object: isOrdinaryObject,
  Promise: types.isPromise,
  RegExp: types.isRegExp,
  Set: types.isSet,
  Uint8Array: types.isUint8Array,
  ...Object.fromEntries(
    [
      "AggregateError",
      "EvalError",
      "RangeError",
      "ReferenceError",
      "SyntaxError",
      "TypeError",
      "URIError",
    ].map((name) => [name, (value: unknown) => Error.isError(value) && inheritsFrom(value, name)]),
  ),
};

/** Names of the built-ins that {@link shareIdentity} takes. */
export const IDENTITY_NAMES: readonly string[] = Object.keys(TESTS);

/** Whether an error inherits from the prototype that some realm gives to errors of this name (ECMA-262 §20.5.6.3). */
function inheritsFrom(error: object, name: string): boolean {
  for (let at = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, "name") && at.name === name) return true;
  }
  return false;
}

/** Whether a prototype chain ends in some realm's `Object.prototype`. */
function isOrdinaryObject(value: unknown): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  let last = Object.getPrototypeOf(value);
  while (last !== null && Object.getPrototypeOf(last) !== null) last = Object.getPrototypeOf(last);
  return last !== null && Object.hasOwn(last, "isPrototypeOf");
}
