import { HOT_METHODS } from "../compiler/containment.ts";
import type { OpenSlots } from "./open-slots.ts";

/** How {@link freezeReachable} treats what it finds. */
export interface FreezeOptions {
  /** Objects that are not entered: they belong to another realm. */
  readonly except: ReadonlySet<unknown>;
  /** Members that stay writable. */
  readonly openSlots: OpenSlots;
  /** Makes accessors of the realm that is frozen; the value of {@link OVERRIDABLE} there. */
  readonly overridable: (value: unknown, key: PropertyKey, holder: object) => PropertyDescriptor;
  /** Whether freezing an object may give its accessors new functions, as it does for the runtime's classes. */
  readonly remakesAccessors?: boolean;
  /** Built-ins whose methods stay plain data members, for speed; nobody assigns these on an instance. */
  readonly plainOwners?: RegExp;
}

/**
 * Freezes every object that leads on from the roots by members, accessors and prototypes.
 *
 * Members that programs override on objects of their own (`toString`, `name`, `values`, …) become accessors that
 * define the override on the receiver, since a frozen data member of a prototype would make the assignment fail
 * (the "override mistake").
 */
export function freezeReachable(roots: readonly unknown[], options: FreezeOptions): void {
  const reachable = collectReachable(roots, options.except);
  for (const object of reachable) openOverrides(object, options);
  for (const object of reachable) {
    freezeUnlessOpen(object, options.openSlots);
    if (options.remakesAccessors) freezeAccessors(object);
  }
}

/**
 * Closes a function that a script may hold: what hangs on it, and the prototype that it gives to its instances.
 *
 * Instances stay as they are; whatever the prototype leads to further is left alone, too.
 */
export function freezeFunction(fn: object, options: FreezeOptions): void {
  const prototype = Reflect.getOwnPropertyDescriptor(fn, "prototype")?.value as unknown;
  if (typeof prototype === "object" && prototype !== null) freezePrototype(prototype, options);
  Object.freeze(fn);
}

/**
 * Closes one object whose members are inherited.
 *
 * Its `constructor` stays writable: packages compiled to ES5 assign that on prototypes of their own. It cannot be
 * deleted, since nobody could put it back on an object that takes no new members.
 */
export function freezePrototype(prototype: object, options: FreezeOptions): void {
  if (!Object.isExtensible(prototype)) return;
  openOverrides(prototype, options, { every: true });
  for (const key of Reflect.ownKeys(prototype)) {
    const { value, get, set } = Reflect.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor;
    for (const each of [value, get, set]) if (typeof each === "function") Object.freeze(each);
  }
  const open = options.openSlots.of(prototype) ?? new Set();
  closeMembers(prototype, new Set([...open, "constructor"]));
  if (Object.hasOwn(prototype, "constructor"))
    Object.defineProperty(prototype, "constructor", { configurable: false });
}

/** Source of a function; run inside a realm, so that the accessors it makes are that realm's own. */
export const OVERRIDABLE = `(({ defineProperty, freeze }) => {
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
  return (value, key, holder) => {
    const { get, set } = Object.getOwnPropertyDescriptor({
      get it() { return value },
      set it(next) {
        if (this === holder || !isObject(this)) return;
        defineProperty(this, key, { value: next, writable: true, enumerable: true, configurable: true });
      },
    }, "it");
    return { get: freeze(get), set: freeze(set), enumerable: false, configurable: false };
  };
})(Object)`;

/** Source of one value of every kind that a literal, an iterator or a call makes. */
export const LITERALS = `[
  {}, [], "", 1, true, Symbol(), new Map(), new Set(), new ArrayBuffer(1), new SharedArrayBuffer(1), () => {}, async () => {}, function* () {}, async function* () {}, class {}, /x/,
  [][Symbol.iterator](), new Map().entries(), new Set().values(), ""[Symbol.iterator](), "a".matchAll(/a/g),
  (function* () {})(), (async function* () {})(), [].values().map((x) => x), Iterator.from({ next() {} }),
  (function () { return arguments })(), Promise.resolve(), Object(1n), Object(Symbol()), new (class extends Error {})(),
  new AggregateError([]), new RangeError(), new SyntaxError(), new TypeError(), new ReferenceError(), new URIError(),
  new EvalError(), new Date(0), new WeakMap(), new WeakSet(), new WeakRef({}), new FinalizationRegistry(() => {}),
  new Uint8Array(), new DataView(new ArrayBuffer(1)), new Proxy({}, {}), Math, JSON, Reflect, Atomics,
]`;

/** Every object that leads on from the roots; of a root that is none, its prototype. */
function collectReachable(roots: readonly unknown[], except: ReadonlySet<unknown>): Set<object> {
  const seen = new Set<object>();
  const pending: object[] = [];
  const find = (value: unknown) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
    if (seen.has(value) || except.has(value)) return;
    seen.add(value);
    pending.push(value);
  };
  for (const root of roots) {
    const isPrimitive = root !== null && typeof root !== "object" && typeof root !== "function";
    find(isPrimitive && root !== undefined ? Reflect.getPrototypeOf(Object(root)) : root);
  }
  for (let object = pending.pop(); object !== undefined; object = pending.pop()) {
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
      find(descriptor?.value);
      find(descriptor?.get);
      find(descriptor?.set);
    }
    find(Reflect.getPrototypeOf(object));
  }
  return seen;
}

/** Makes the members of prototypes overridable; primitives' prototypes need it not, nothing is assigned to those. */
function openOverrides(
  object: object,
  { overridable, openSlots, plainOwners }: FreezeOptions,
  { every }: { readonly every: boolean } = { every: false },
): void {
  const builtBy = Reflect.getOwnPropertyDescriptor(object, "constructor");
  if (builtBy === undefined) return;
  const owner = (builtBy.value as { name?: string } | undefined)?.name ?? "";
  if (/^(String|Number|Boolean|Symbol|BigInt)$/.test(owner)) return;
  const isPlain = !every && (typeof object === "function" || plainOwners?.test(owner) === true);
  const slots = openSlots.of(object);
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
    if (!descriptor || !("value" in descriptor) || !descriptor.configurable || !descriptor.writable) continue;
    if (slots?.has(key)) continue;
    // Packages put iterators of their own on streams; the AI SDK does.
    const isIterator = owner === "ReadableStream" && key === Symbol.asyncIterator;
    if (!every && !isIterator && (typeof key === "symbol" || HOT_METHODS.has(key))) continue;
    // A plain value always: `util.inspect` and stack traces take it for the name of the type.
    if (key === "constructor" || (isPlain && key !== "toString")) continue;
    Object.defineProperty(object, key, overridable(descriptor.value, key, object));
  }
}

function freezeAccessors(object: object): void {
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
    if (descriptor?.get) Object.freeze(descriptor.get);
    if (descriptor?.set) Object.freeze(descriptor.set);
  }
}

function freezeUnlessOpen(object: object, openSlots: OpenSlots): void {
  const slots = openSlots.of(object);
  if (slots !== null) closeMembers(object, slots);
  else if (!ArrayBuffer.isView(object)) Object.freeze(object);
}

/** What `Object.freeze` does, but for some members. */
function closeMembers(object: object, open: ReadonlySet<PropertyKey>): void {
  Object.preventExtensions(object);
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
    if (!descriptor || open.has(key) || !(descriptor.configurable || descriptor.writable)) continue;
    const fixed = "value" in descriptor ? { writable: false, configurable: false } : { configurable: false };
    Object.defineProperty(object, key, fixed);
  }
}
