import { closeHeld, closeHeldPrototype } from "./host-realm.ts";

/** How a view differs from its object. */
export interface OverlayOptions {
  /** What the view shows instead of the object's own members; a getter is asked each time. */
  readonly overrides?: Readonly<Record<PropertyKey, unknown>>;
  /** Whether writes are ignored: for a view that several requests share. */
  readonly sealed?: boolean;
}

/**
 * A view of a host object that a script may change without anybody else seeing it.
 *
 * Reads go to the object, writes stay in the view (copy on write), and so do those to plain objects inside it.
 * Built-in modules, `Bun` and `process` reach scripts this way: `require("fs").readFile = …` ends with the context
 * it was written in. Methods and classes are the object's own, and closed before they are handed out; other objects,
 * such as `process.stdout`, are those of the process.
 */
export function overlay<T extends object>(
  target: T,
  { overrides = {}, sealed = false }: OverlayOptions = {},
): T {
  const own = new Map<PropertyKey, PropertyDescriptor>();
  const removed = new Set<PropertyKey>();
  for (const key of Reflect.ownKeys(overrides)) {
    const override = Reflect.getOwnPropertyDescriptor(overrides, key) as PropertyDescriptor;
    own.set(
      key,
      override.get ? { get: override.get, configurable: true } : { value: override.value, ...OPEN },
    );
  }
  // A stand-in of the same kind: a proxy must not contradict frozen members of its target.
  const standIn = typeof target === "function" ? function standIn() {} : {};

  const closed = new Set<PropertyKey>();
  const read = (key: PropertyKey): unknown => {
    const property = own.get(key);
    if (property) return property.get ? property.get.call(target) : property.value;
    if (removed.has(key)) return undefined;
    const value: unknown = Reflect.get(target, key, target);
    // Instances inherit from it, so it cannot be a view: they would keep their state in it.
    if (key === "prototype" && typeof target === "function") {
      closeHeld(target);
      return value;
    }
    if (isPlainObject(value)) {
      const inner = overlay(value, { sealed });
      own.set(key, { value: inner, ...OPEN });
      return inner;
    }
    if (!closed.has(key)) {
      closed.add(key);
      closeHeld(value);
    }
    return value;
  };

  const view: T = new Proxy(standIn as T, {
    get: (_, key) => read(key),
    set(_, key, value, receiver) {
      if (receiver !== view) return Reflect.defineProperty(receiver, key, { value, ...OPEN });
      if (sealed) return true;
      own.set(key, { value, ...OPEN });
      removed.delete(key);
      return true;
    },
    has: (_, key) => own.has(key) || (!removed.has(key) && Reflect.has(target, key)),
    deleteProperty(_, key) {
      if (sealed) return true;
      own.delete(key);
      removed.add(key);
      return true;
    },
    defineProperty(_, key, descriptor) {
      if (sealed) return false;
      own.set(key, { ...descriptor, configurable: true });
      removed.delete(key);
      return true;
    },
    ownKeys(stand) {
      const keys = new Set<string | symbol>(Reflect.ownKeys(target).filter((key) => !removed.has(key)));
      for (const key of own.keys()) keys.add(key as string | symbol);
      // The stand-in of a function has members a proxy may not hide.
      for (const key of Reflect.ownKeys(stand)) keys.add(key);
      return [...keys];
    },
    getOwnPropertyDescriptor(stand, key) {
      const fixed = Reflect.getOwnPropertyDescriptor(stand, key);
      if (fixed && !fixed.configurable) return fixed;
      const set = own.get(key);
      if (set) return set.get || set.set ? set : { ...set, writable: true };
      const there = removed.has(key) ? undefined : Reflect.getOwnPropertyDescriptor(target, key);
      // Never the target's own accessor: it would lead around the view.
      return there && { ...OPEN, enumerable: there.enumerable === true, value: read(key) };
    },
    getPrototypeOf() {
      const prototype = Reflect.getPrototypeOf(target);
      closeHeldPrototype(prototype);
      return prototype;
    },
    setPrototypeOf: () => false,
    preventExtensions: () => false,
    apply: (_, self, args) => Reflect.apply(target as never, self, args),
    construct: (_, args, newTarget) => Reflect.construct(target as never, args, newTarget as never),
  });
  return view;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}

const OPEN = { writable: true, enumerable: true, configurable: true };
