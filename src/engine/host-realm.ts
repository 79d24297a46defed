import vm from "node:vm";
import { guardHostDefiners, protectShared } from "./definers.ts";
import {
  type FreezeOptions,
  freezeFunction,
  freezePrototype,
  freezeReachable,
  LITERALS,
  OVERRIDABLE,
} from "./freeze-reachable.ts";
import { hostGlobals } from "./globals.ts";
import { HostGuard } from "./host-guard.ts";
import { OpenSlots } from "./open-slots.ts";
import { MAKE_HAS_INSTANCE, shareIdentity } from "./realm-identity.ts";

/**
 * Freezes the runtime's classes (`URL`, `Buffer`, `Response`, `fetch`, …), which every script is handed, and closes
 * `Object`, its prototype and that of functions in the server's realm: objects may override what they inherit, but
 * nobody changes it for all.
 *
 * The realm's other built-ins stay as they are: npm packages live in it, and some of the best known assign to
 * prototypes, add members to `Reflect` or patch `String.prototype`. What a script does to those is undone by the
 * {@link HostGuard}.
 *
 * Process-wide and done once; calling it again does nothing.
 */
export function closeHostRealm(): void {
  if (!Object.isExtensible(Object.prototype)) return;
  const builtIns = hostBuiltIns();
  shareIdentity(globalThis as unknown as Record<string, unknown>, vm.runInThisContext(MAKE_HAS_INSTANCE));
  for (const each of builtIns) if (typeof each === "function") hideConstructor(each);
  const runtime = Object.entries(hostGlobals()).filter(([name]) => !EXTENDED_LATER.has(name));
  const roots = runtime.map(([, value]) => value);
  for (const root of roots) if (typeof root === "function") hideConstructor(root);
  freezeReachable([...roots, crypto, crypto.subtle, ...runtimeIterators(), ...timerPrototypes()], {
    ...hostFreezeOptions(),
    except: new Set([...EXCEPT, ...builtIns]),
  });
  guardHostDefiners();
  // Every object and function that a script is handed leads here, so these are closed for good.
  freezePrototype(Object.prototype, hostFreezeOptions());
  freezePrototype(Function.prototype, hostFreezeOptions());
  Object.freeze(Object);
}

/** Watches what of the server's realm cannot be frozen: its built-ins, and classes that modules extend later. */
export function createHostGuard(): HostGuard {
  const host = globalThis as unknown as Record<string, unknown>;
  const extended = [...EXTENDED_LATER].flatMap((name) => {
    const value = host[name];
    return typeof value === "function"
      ? [value, value.prototype as object]
      : [value, Object.getPrototypeOf(value) as object];
  });
  protectShared(hostBuiltIns(), "extensible");
  return new HostGuard([...hostBuiltIns(), ...(extended as object[])]);
}

/**
 * Closes a function or class of the server's realm before a script gets hold of it: nothing can be hung on it or on
 * its prototype. A class that packages extend stays extensible by them.
 */
export function closeHeld(value: unknown): void {
  if (typeof value === "function" && !Object.isFrozen(value)) freezeFunction(value, hostFreezeOptions());
}

/** The same for a prototype that a script asked for by itself. */
export function closeHeldPrototype(prototype: object | null): void {
  if (prototype === null || hostBuiltIns().includes(prototype)) return;
  freezePrototype(prototype, hostFreezeOptions());
}

/** Not built-ins of the language: what a program is made of. */
const EXCEPT: readonly unknown[] = [globalThis, process, Bun, console];

/** Runtime globals that modules of the runtime extend when they are loaded later. */
const EXTENDED_LATER: ReadonlySet<string> = new Set([
  "BroadcastChannel",
  "EventTarget",
  "MessageChannel",
  "MessagePort",
  "performance",
]);

/** Facts about this process's realm, found out once. */
const hostFreezeOptions = once((): FreezeOptions => {
  return {
    except: new Set(EXCEPT),
    remakesAccessors: true,
    openSlots: new OpenSlots((code) => vm.runInThisContext(code)),
    overridable: vm.runInThisContext(OVERRIDABLE),
    plainOwners: /^(Headers|Request|Response|URL|URLSearchParams)$/,
  };
});

/** Constructors and prototypes of ECMAScript in the server's realm. */
export const hostBuiltIns = once((): readonly object[] => {
  const found = new Set<object>();
  for (const sample of vm.runInThisContext(LITERALS) as unknown[]) {
    if (
      typeof sample === "object" &&
      sample !== null &&
      Symbol.toStringTag in sample &&
      Object.getPrototypeOf(sample) === Object.prototype
    ) {
      found.add(sample); // Math, JSON, Reflect and Atomics are built-ins themselves.
    }
    for (
      let proto = Object.getPrototypeOf(Object(sample)) as object | null;
      proto !== null;
      proto = Object.getPrototypeOf(proto)
    ) {
      const isOwnClass = Object.hasOwn(proto, "constructor") && !isNative(proto.constructor);
      if (isOwnClass) continue;
      found.add(proto);
      if (Object.hasOwn(proto, "constructor") && typeof proto.constructor === "function")
        found.add(proto.constructor);
    }
  }
  return [...found];
});

function isNative(value: unknown): boolean {
  return (
    typeof value === "function" && /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(value))
  );
}

/** One of every iterator that only a call of the runtime's functions makes. */
function runtimeIterators(): unknown[] {
  return [new Headers(), new URLSearchParams(), new FormData()].map((each) => each.entries());
}

function timerPrototypes(): unknown[] {
  const timeout = setTimeout(() => undefined, 0);
  const immediate = setImmediate(() => undefined);
  clearTimeout(timeout);
  clearImmediate(immediate);
  return [Object.getPrototypeOf(timeout), Object.getPrototypeOf(immediate)];
}

/**
 * `fetch.constructor("…")` and `metadata.constructor.constructor("…")` would compile text in the server's realm; a
 * script has its own `Function` for that.
 */
function hideConstructor(fn: object): void {
  if (Object.hasOwn(fn, "constructor")) return;
  Object.defineProperty(fn, "constructor", { value: undefined, writable: true, configurable: true });
}

function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | null = null;
  return () => {
    found ??= { value: find() };
    return found.value;
  };
}
