import vm from "node:vm";
import { HOT_METHODS } from "../compiler/containment.ts";
import { hostGlobals } from "./globals.ts";
import { OpenSlots } from "./open-slots.ts";
import { shareIdentity } from "./realm-identity.ts";

/** A realm in which nothing can be left behind, and what scripts that run there are linked with. */
export interface FrozenRealm {
  readonly context: vm.Context;
  /** Every global by name: ECMAScript's of this realm and the runtime's. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** The members that stay writable, for speed. */
  readonly openSlots: OpenSlots;
  /** An empty global object for one execution; assigning to it changes nothing else. */
  createGlobal(proto: object): object;
  /**
   * A prototype for {@link createGlobal}.
   *
   * @param names Names without a declaration that the script assigns: reading one fails until it is set.
   * @param known Values that such names have from the start.
   */
  createGlobalProto(names: readonly string[], known: Readonly<Record<string, unknown>>): object;
  /** The realm's own serialiser: several times faster on its objects than the server's (performance.md §3.2). */
  readonly stringify: (value: unknown) => string | undefined;
}

/**
 * Makes a context whose every object is frozen: everything reachable from its global object, its literals and its
 * functions, by members, accessors and prototypes. `test/unit/engine/frozen-realm.test.ts` walks it as proof; the
 * only exceptions are the {@link OpenSlots}.
 *
 * Contained scripts of all deployments share it. Members that scripts override on objects of their own (`toString`,
 * `name`, `values`, …) become accessors that define the override on the receiver, since a frozen data member of a
 * prototype would make the assignment fail (the "override mistake").
 */
export function createFrozenRealm(): FrozenRealm {
  const host = hostGlobals();
  const context = vm.createContext({ ...host }, { codeGeneration: { strings: false } });
  const run = (code: string): unknown => vm.runInContext(code, context);
  const tools = run(REALM_TOOLS) as RealmTools;
  const names = (run("Reflect.ownKeys(globalThis)") as PropertyKey[]).filter(isShownGlobal);
  const globals: Record<string, unknown> = Object.create(null);
  for (const name of names) globals[name] = run(name);

  shareIdentity(globals);
  forgetRegExpStatics(globals["RegExp"] as object);
  const openSlots = new OpenSlots(context, vm.runInContext);
  const literals = run(LITERALS) as unknown[];
  const reachable = collectReachable([...Object.values(globals), ...literals], new Set(Object.values(host)));
  for (const object of reachable) openOverrides(object, tools, openSlots);
  for (const object of reachable) freeze(object, openSlots);
  // As own members of the frozen sandbox object the built-ins cannot be deleted from the global object either.
  for (const name of names) context[name] = globals[name];
  Object.freeze(context);

  const globalProto = tools.createGlobalProto(globals);
  return {
    context,
    globals,
    openSlots,
    createGlobal: tools.create,
    createGlobalProto: (missing, known) =>
      missing.length === 0 ? globalProto : tools.createGlobalWith(globalProto, missing, known),
    stringify: (globals["JSON"] as JSON).stringify,
  };
}

interface RealmTools {
  create(proto: object): object;
  /** An accessor that reads `value` and, assigned to, defines the new value on the receiver. */
  overridable(value: unknown, key: PropertyKey, holder: object): PropertyDescriptor;
  createGlobalProto(globals: Readonly<Record<string, unknown>>): object;
  createGlobalWith(proto: object, names: readonly string[], known: Readonly<Record<string, unknown>>): object;
}

/** Runs inside the realm, so that its functions are the realm's own. */
const REALM_TOOLS = `(() => {
  const { create, defineProperty, freeze, setPrototypeOf } = Object;
  const globalObject = globalThis;
  const put = (object, key, value) =>
    defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
  const overridable = (value, key, holder) => ({
    get() { return value },
    set(next) { if (this !== holder && isObject(this)) put(this, key, next) },
    enumerable: false, configurable: false,
  });
  const createGlobalProto = (globals) => {
    const proto = create(null);
    for (const key in globals) defineProperty(proto, key, overridable(globals[key], key, proto));
    return freeze(proto);
  };
  const createGlobalWith = (base, names, known) => {
    const proto = create(base);
    for (let at = 0; at < names.length; at++) {
      const key = names[at];
      if (key in base) continue;
      const accessor = overridable(undefined, key, proto);
      accessor.get = key in known ? () => known[key] : () => { throw new ReferenceError("Can't find variable: " + key) };
      defineProperty(proto, key, accessor);
    }
    return freeze(proto);
  };
  // The prototype of a contextified global object cannot be frozen, only its setters can be closed.
  const refuse = (object) => { if (object === globalObject) throw new TypeError("The global object is frozen") };
  put(Object, "setPrototypeOf", (object, proto) => (refuse(object), setPrototypeOf(object, proto)));
  put(Reflect, "setPrototypeOf", (object, proto) => {
    refuse(object);
    try { return setPrototypeOf(object, proto), true } catch { return false }
  });
  const { get, set } = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__");
  defineProperty(Object.prototype, "__proto__", { get, set(proto) { refuse(this); set.call(this, proto) } });
  return { create: (proto) => create(proto), overridable, createGlobalProto, createGlobalWith };
})()`;

/** One value of every kind that only a literal, an iterator or a call makes. */
const LITERALS = `[
  async () => {}, function* () {}, async function* () {}, class {}, /x/, [][Symbol.iterator](), new Map().entries(),
  new Set().values(), ""[Symbol.iterator](), "a".matchAll(/a/g), (function* () {})(), (async function* () {})(),
  [].values().map((x) => x), Iterator.from({ next() {} }), (function () { return arguments })(), Promise.resolve(),
  Object(1n), Object(Symbol()), new (class extends Error {})(), new AggregateError([]),
  new Intl.Segmenter().segment("a"), new Intl.Segmenter().segment("a")[Symbol.iterator](), new Intl.NumberFormat(),
  new Intl.DateTimeFormat(), new Intl.Collator(), new Intl.PluralRules(), new Uint8Array(), new DataView(new ArrayBuffer(1)),
]`;

/** Globals that scripts see; `console` is each execution's own, and text is never compiled here. */
function isShownGlobal(name: PropertyKey): name is string {
  return typeof name === "string" && !["console", "globalThis", "eval"].includes(name);
}

/** Every object that leads on from the roots; the server's own objects are not entered. */
function collectReachable(roots: readonly unknown[], hosts: ReadonlySet<unknown>): Set<object> {
  const seen = new Set<object>();
  const pending = [...roots];
  while (pending.length > 0) {
    const value = pending.pop();
    if ((typeof value !== "object" && typeof value !== "function") || value === null) continue;
    if (seen.has(value) || hosts.has(value)) continue;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
      pending.push(descriptor?.value, descriptor?.get, descriptor?.set);
    }
    pending.push(Reflect.getPrototypeOf(value));
  }
  return seen;
}

/** Makes the members of prototypes overridable; primitives' prototypes need it not, nothing is assigned to those. */
function openOverrides(object: object, { overridable }: RealmTools, open: OpenSlots): void {
  const builtBy = Reflect.getOwnPropertyDescriptor(object, "constructor");
  if (builtBy === undefined || typeof object === "function") return;
  const owner = (builtBy.value as { name?: string } | undefined)?.name ?? "";
  if (/^(String|Number|Boolean|Symbol|BigInt)$/.test(owner)) return;
  const slots = open.of(object);
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
    if (!descriptor || !("value" in descriptor) || !descriptor.configurable || !descriptor.writable) continue;
    if (typeof key === "symbol" || HOT_METHODS.has(key) || slots?.has(key)) continue;
    Object.defineProperty(object, key, overridable(descriptor.value, key, object));
  }
}

function freeze(object: object, open: OpenSlots): void {
  const slots = open.of(object);
  if (slots === null) {
    Object.freeze(object);
    return;
  }
  Object.preventExtensions(object);
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
    if (!descriptor?.configurable || slots.has(key)) continue;
    const fixed = "value" in descriptor ? { writable: false, configurable: false } : { configurable: false };
    Object.defineProperty(object, key, fixed);
  }
}

/** `RegExp.$1` and its like show the last match of the whole realm, so of somebody else's request. */
function forgetRegExpStatics(regExp: object): void {
  for (const key of Reflect.ownKeys(regExp)) {
    if (typeof key === "string" && !["prototype", "length", "name", "escape"].includes(key)) {
      Reflect.deleteProperty(regExp, key);
    }
  }
}
