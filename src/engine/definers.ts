import vm from "node:vm";
import { harden } from "./harden.ts";

/**
 * What everybody shares and what stays open all the same. An assignment there is noticed and taken back; a member that
 * is not configurable, a frozen object or another prototype would stay for good.
 *
 * - `extensible`: built-ins of the server's realm, which packages change while they are loaded.
 * - `fixed`: the holders of a frozen realm's open slots, and its global object.
 */
export type SharedKind = "extensible" | "fixed";

const SHARED = new WeakMap<object, SharedKind>();
const kindOf = harden(WeakMap.prototype.get.bind(SHARED) as KindOf);

type KindOf = (object: unknown) => SharedKind | undefined;

/** From now on scripts neither define members on these nor fix them. */
export function protectShared(objects: Iterable<object>, kind: SharedKind): void {
  for (const object of objects) SHARED.set(object, kind);
}

/**
 * Makes the functions of a script's context that define members, fix objects or change prototypes refuse what is
 * shared. What scripts can do without these, by assignment and `delete`, can be taken back. Costs some 25 µs.
 *
 * @param options.isKept Whether the context is made once: then the functions look like built-in ones.
 */
export function guardDefiners(context: vm.Context, { isKept }: { readonly isKept: boolean }): void {
  (GUARD_DEFINERS.runInContext(context) as GuardDefiners)(kindOf, { isHost: false, isKept });
}

/** The same for the server's realm: its packages may define members on built-ins, but only such as can be removed. */
export function guardHostDefiners(): void {
  (GUARD_DEFINERS.runInThisContext() as GuardDefiners)(kindOf, { isHost: true, isKept: true });
}

/**
 * Whether code could reach one of those functions: by name, by a computed one, or by code made of text. A context that
 * is made for one execution is spared the guard otherwise.
 */
export function couldDefine(code: string): boolean {
  return DEFINES.test(code);
}

const DEFINES =
  /\b(defineProperty|defineProperties|freeze|seal|preventExtensions|setPrototypeOf|eval|Function)\b|__|\\u|[\w$)\]]\s*(\?\.\s*)?\[\s*[^\]\d\s]|[{,]\s*\[[^\]]+\]\s*:/;

type GuardDefiners = (
  kindOf: KindOf,
  options: { readonly isHost: boolean; readonly isKept: boolean },
) => void;

/** Runs inside the realm. Assigned, the new functions take the places and attributes of those they call. */
const GUARD_DEFINERS = new vm.Script(`(kindOf, { isHost, isKept }) => {
  const { defineProperties, defineProperty, freeze, getOwnPropertyDescriptor, preventExtensions, prototype, seal, setPrototypeOf } = Object;
  const { apply, defineProperty: define, ownKeys, preventExtensions: close, setPrototypeOf: changeProto } = Reflect;
  const { __defineGetter__, __defineSetter__ } = prototype;
  const inherited = getOwnPropertyDescriptor(prototype, "__proto__");

  const refuse = () => { throw new TypeError("This object is shared by all scripts: it can be neither fixed nor redefined") };
  const takesMembers = (kind) => isHost && kind === "extensible";
  const removable = (object, key, attributes) =>
    getOwnPropertyDescriptor(object, key)?.configurable === false
      ? attributes
      : { __proto__: attributes, configurable: true };

  const ofObject = {
    defineProperty(object, key, attributes) {
      const kind = kindOf(object);
      if (kind === undefined) return defineProperty(object, key, attributes);
      if (!takesMembers(kind)) refuse();
      return defineProperty(object, key, removable(object, key, attributes));
    },
    defineProperties(object, members) {
      const kind = kindOf(object);
      if (kind === undefined) return defineProperties(object, members);
      if (!takesMembers(kind)) refuse();
      for (const key of ownKeys(members)) defineProperty(object, key, removable(object, key, members[key]));
      return object;
    },
    freeze(object) { return kindOf(object) === undefined ? freeze(object) : refuse() },
    seal(object) { return kindOf(object) === undefined ? seal(object) : refuse() },
    preventExtensions(object) { return kindOf(object) === undefined ? preventExtensions(object) : refuse() },
    setPrototypeOf(object, proto) { return kindOf(object) === undefined ? setPrototypeOf(object, proto) : refuse() },
  };
  const ofReflect = {
    defineProperty(object, key, attributes) {
      const kind = kindOf(object);
      if (kind === undefined) return define(object, key, attributes);
      return takesMembers(kind) && define(object, key, removable(object, key, attributes));
    },
    preventExtensions(object) { return kindOf(object) === undefined && close(object) },
    setPrototypeOf(object, proto) { return kindOf(object) === undefined && changeProto(object, proto) },
  };
  const ofPrototype = {
    __defineGetter__(key, get) {
      const kind = kindOf(this);
      if (kind !== undefined && !takesMembers(kind)) refuse();
      return apply(__defineGetter__, this, [key, get]);
    },
    __defineSetter__(key, set) {
      const kind = kindOf(this);
      if (kind !== undefined && !takesMembers(kind)) refuse();
      return apply(__defineSetter__, this, [key, set]);
    },
    set proto(next) { kindOf(this) === undefined ? apply(inherited.set, this, [next]) : refuse() },
  };
  // A bound function shows no text, which is how packages tell built-in ones.
  const asNative = (fn) =>
    isKept ? defineProperty(apply(fn.bind, fn, [undefined]), "name", { value: fn.name, configurable: true }) : fn;
  Object.defineProperty = asNative(ofObject.defineProperty);
  Object.defineProperties = asNative(ofObject.defineProperties);
  Object.freeze = asNative(ofObject.freeze);
  Object.seal = asNative(ofObject.seal);
  Object.preventExtensions = asNative(ofObject.preventExtensions);
  Object.setPrototypeOf = asNative(ofObject.setPrototypeOf);
  Reflect.defineProperty = asNative(ofReflect.defineProperty);
  Reflect.preventExtensions = asNative(ofReflect.preventExtensions);
  Reflect.setPrototypeOf = asNative(ofReflect.setPrototypeOf);
  prototype.__defineGetter__ = ofPrototype.__defineGetter__;
  prototype.__defineSetter__ = ofPrototype.__defineSetter__;
  const { set } = getOwnPropertyDescriptor(ofPrototype, "proto");
  defineProperty(prototype, "__proto__", { get: inherited.get, set, enumerable: false, configurable: true });
}`);
