import vm from "node:vm";
import {
  type FreezeOptions,
  freezeFunction,
  freezePrototype,
  freezeReachable,
  LITERALS,
  OVERRIDABLE,
} from "./freeze-reachable.ts";
import { hostGlobals, loadHostModule } from "./globals.ts";
import { OpenSlots, type SlotSource } from "./open-slots.ts";
import { shareIdentity } from "./realm-identity.ts";

/**
 * Freezes the built-ins of the server's own realm, as far as a script can reach them.
 *
 * Scripts hold objects of that realm: the runtime's globals (`URL`, `Buffer`), parsed bodies, promises of `fetch`, what
 * `structuredClone` returns. A change to their prototypes would be seen by every script, and by the server.
 *
 * Process-wide and done once; calling it again does nothing. Packages live in this realm too and keep working: they may
 * set members of built-in prototypes on objects of their own, and `Error.stackTraceLimit`.
 */
export function closeHostRealm(): void {
  if (!Object.isExtensible(Object.prototype)) return;
  for (const name of EXTENDING_MODULES) loadHostModule(name);
  shareIdentity(globalThis as unknown as Record<string, unknown>);
  if (!Object.hasOwn(Error, "prepareStackTrace")) {
    Object.defineProperty(Error, "prepareStackTrace", {
      value: undefined,
      writable: true,
      configurable: true,
    });
  }
  const literals = vm.runInThisContext(LITERALS) as unknown[];
  for (const value of literals) if (typeof value === "function") closeFunctionConstructor(value);
  const roots = [
    Object.values(hostGlobals()),
    crypto,
    crypto.subtle,
    literals,
    runtimeIterators(),
    timerPrototypes(),
  ];
  freezeReachable(roots.flat(), hostFreezeOptions());
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
  if (prototype !== null) freezePrototype(prototype, hostFreezeOptions());
}

/** How objects of the server's realm are frozen. */
export function hostFreezeOptions(): FreezeOptions {
  return {
    except: new Set<unknown>([globalThis, process, Bun, console]),
    openSlots: hostSlots(),
    overridable: vm.runInThisContext(OVERRIDABLE),
    plainOwners:
      /^(Map|Set|WeakMap|WeakSet|Promise|RegExp|Date|Headers|Request|Response|URL|URLSearchParams)$/,
  };
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

/** The members of the server's realm that stay writable. */
export function hostSlots(): OpenSlots {
  return new OpenSlots((code) => vm.runInThisContext(code), PACKAGE_SLOTS);
}

/** Modules of the runtime that extend its classes when they are loaded, which must have happened by then. */
const EXTENDING_MODULES = ["events", "perf_hooks", "worker_threads"];

/** Members of `Error` that packages set for a moment. */
const PACKAGE_SLOTS: readonly SlotSource[] = [
  ["Error", '"stackTraceLimit"'],
  ["Error", '"prepareStackTrace"'],
];

/**
 * `metadata.constructor.constructor("…")` would compile text in the server's realm; a script has its own `Function`
 * for that.
 */
function closeFunctionConstructor(sample: object): void {
  const proto = Object.getPrototypeOf(sample) as object;
  const { name } = proto.constructor;
  const refuse = () => {
    throw new EvalError("Cannot compile text in the server's realm; use the Function of the script");
  };
  const standIn = {
    [name]: function compile() {
      return refuse();
    },
  }[name] as () => never;
  Object.defineProperty(standIn, "name", { value: name });
  standIn.prototype = proto;
  Object.defineProperty(proto, "constructor", { value: standIn });
}
