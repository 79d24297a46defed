import vm from "node:vm";
import { guardDefiners, protectShared } from "./definers.ts";
import { freezeReachable, LITERALS, OVERRIDABLE } from "./freeze-reachable.ts";
import { hideLoopGuards } from "./function-text.ts";
import { hostGlobals } from "./globals.ts";
import { hostBuiltIns } from "./host-realm.ts";
import { OpenSlots } from "./open-slots.ts";
import { MAKE_HAS_INSTANCE, shareIdentity } from "./realm-identity.ts";

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
 * only exceptions are the {@link OpenSlots}. Contained scripts of all deployments share it.
 */
export function createFrozenRealm(): FrozenRealm {
  const host = hostGlobals();
  const context = vm.createContext({ ...host }, { codeGeneration: { strings: false } });
  const run = (code: string): unknown => vm.runInContext(code, context);
  hideLoopGuards(context);
  guardDefiners(context, { isKept: true });
  const tools = run(REALM_TOOLS) as RealmTools;
  const names = (run("Reflect.ownKeys(globalThis)") as PropertyKey[]).filter(isShownGlobal);
  const globals: Record<string, unknown> = Object.create(null);
  Object.assign(globals, run(`({ ${names.join(", ")} })`));

  shareIdentity(globals, run(MAKE_HAS_INSTANCE) as never);
  forgetRegExpStatics(globals["RegExp"] as object);
  const openSlots = new OpenSlots(run);
  const literals = [...(run(LITERALS) as unknown[]), ...(run(SEGMENTS) as unknown[])];
  freezeReachable([...Object.values(globals), ...literals, tools], {
    // Functions of the server on this realm's objects lead to the server's built-ins, which packages may change.
    except: new Set([...Object.values(host), ...hostBuiltIns()]),
    openSlots,
    overridable: tools.overridable,
  });
  // As own members of the frozen sandbox object the built-ins cannot be deleted from the global object either.
  for (const name of names) context[name] = globals[name];
  Object.freeze(context);
  // The prototype of a contextified global object cannot be frozen, only what would change it can be closed.
  protectShared([run("globalThis") as object, ...openSlots.holders], "fixed");

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
  const { create, defineProperty, freeze } = Object;
  const overridable = ${OVERRIDABLE};
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
      accessor.get = freeze(
        key in known ? () => known[key] : () => { throw new ReferenceError(key + " is not defined") },
      );
      defineProperty(proto, key, accessor);
    }
    return freeze(proto);
  };
  return { create: (proto) => create(proto), overridable, createGlobalProto, createGlobalWith };
})()`;

/** What only a call of a member of `Intl` makes. */
const SEGMENTS = `(() => {
  const segments = new Intl.Segmenter().segment("a");
  return [segments, segments[Symbol.iterator]()];
})()`;

/** Globals that scripts see; `console` is each execution's own, and text is never compiled here. */
function isShownGlobal(name: PropertyKey): name is string {
  return typeof name === "string" && !["console", "globalThis", "eval"].includes(name);
}

/** `RegExp.$1` and its like show the last match of the whole realm, so of somebody else's request. */
function forgetRegExpStatics(regExp: object): void {
  for (const key of Reflect.ownKeys(regExp)) {
    if (typeof key === "string" && !["prototype", "length", "name", "escape"].includes(key)) {
      Reflect.deleteProperty(regExp, key);
    }
  }
}
