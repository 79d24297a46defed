const { defineProperty, deleteProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
const { freeze } = Object;

/** One built-in, and what its members were. */
interface Holder {
  readonly object: object;
  readonly keys: readonly PropertyKey[];
  readonly descriptors: readonly PropertyDescriptor[];
}

/**
 * Undoes what a script did to the built-ins of the server's realm.
 *
 * Scripts have built-ins of their own, but some values come from the server's realm (`structuredClone`, headers,
 * packages), and their prototypes lead there. Only scripts that take a fresh context can get that far, so the
 * comparison, some 30 µs, is made for them alone. Packages may change built-ins while they are loaded.
 *
 * Nothing here may rely on what is guarded: loops go by index, and the functions used were taken beforehand.
 */
export class HostGuard {
  readonly #holders: Holder[] = [];

  /** @param builtIns Objects to watch; the methods on them are frozen. */
  constructor(builtIns: readonly object[]) {
    for (let at = 0; at < builtIns.length; at++) {
      const holder = toHolder(builtIns[at] as object);
      freezeMethods(holder, builtIns);
      this.#holders[at] = holder;
    }
  }

  /** Takes what is there now as right: a package has just been loaded. */
  remember(): void {
    for (let at = 0; at < this.#holders.length; at++) {
      const holder = this.#holders[at] as Holder;
      if (!isIntact(holder)) this.#holders[at] = toHolder(holder.object);
    }
  }

  /** @returns How many objects had been changed. */
  restore(): number {
    let changed = 0;
    for (let at = 0; at < this.#holders.length; at++) {
      const holder = this.#holders[at] as Holder;
      if (isIntact(holder)) continue;
      changed++;
      putBack(holder);
    }
    return changed;
  }
}

/** Members that packages set for a moment; a script has an `Error` of its own. */
function isIgnored(key: PropertyKey): boolean {
  return key === "stackTraceLimit" || key === "prepareStackTrace";
}

function toHolder(object: object): Holder {
  const keys: PropertyKey[] = [];
  const descriptors: PropertyDescriptor[] = [];
  const own = ownKeys(object);
  for (let at = 0; at < own.length; at++) {
    const key = own[at] as PropertyKey;
    const descriptor = isIgnored(key) ? undefined : getOwnPropertyDescriptor(object, key);
    if (descriptor === undefined) continue;
    keys[keys.length] = key;
    descriptors[descriptors.length] = descriptor;
  }
  return { object, keys, descriptors };
}

/** Nobody hangs anything on `Array.prototype.map` itself; constructors are watched like their prototypes. */
function freezeMethods({ descriptors }: Holder, builtIns: readonly object[]): void {
  for (const { value, get, set } of descriptors) {
    for (const each of [value, get, set]) {
      if (typeof each === "function" && !builtIns.includes(each)) freeze(each);
    }
  }
}

function isIntact({ object, keys, descriptors }: Holder): boolean {
  const own = ownKeys(object);
  let count = 0;
  for (let at = 0; at < own.length; at++) if (!isIgnored(own[at] as PropertyKey)) count++;
  if (count !== keys.length) return false;
  for (let at = 0; at < keys.length; at++) {
    const known = descriptors[at] as PropertyDescriptor;
    const now = getOwnPropertyDescriptor(object, keys[at] as PropertyKey);
    if (now === undefined || now.value !== known.value || now.get !== known.get || now.set !== known.set) {
      return false;
    }
  }
  return true;
}

function putBack({ object, keys, descriptors }: Holder): void {
  const own = ownKeys(object);
  for (let at = 0; at < own.length; at++) {
    const key = own[at] as PropertyKey;
    if (!isIgnored(key) && !isAmong(key, keys)) deleteProperty(object, key);
  }
  for (let at = 0; at < keys.length; at++) {
    defineProperty(object, keys[at] as PropertyKey, descriptors[at] as PropertyDescriptor);
  }
}

function isAmong(key: PropertyKey, keys: readonly PropertyKey[]): boolean {
  for (let at = 0; at < keys.length; at++) if (keys[at] === key) return true;
  return false;
}
