const { defineProperty, deleteProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
const { freeze } = Object;

/** One built-in, and what its members were. */
interface Holder {
  readonly object: object;
  readonly keys: readonly PropertyKey[];
  readonly descriptors: readonly PropertyDescriptor[];
}

/** How long what nobody saw coming may be seen, in milliseconds: by code that goes on when a host's promise settles. */
const UNSEEN_CHECK_MS = 0.1;

/**
 * Undoes what a script did to the built-ins of the server's realm.
 *
 * Scripts have built-ins of their own, but some values come from the server's realm (`structuredClone`, headers,
 * packages), and their prototypes lead there. Packages may change built-ins while they are loaded.
 *
 * Nothing here may rely on what is guarded: loops go by index, and the functions used were taken beforehand.
 */
export class HostGuard {
  readonly #holders: Holder[] = [];
  #glance: Glance;
  #checkedMs = 0;
  /** Whether any script was run that may reach a built-in; before that there is nothing to look for. */
  #isReachable = false;
  /** Whether such code may have had its turn since the last check. */
  #mayBeChanged = false;
  /** Scripts that may reach a built-in and have not settled. */
  #underWay = 0;

  /** @param builtIns Objects to watch; the methods on them are frozen. */
  constructor(builtIns: readonly object[]) {
    for (let at = 0; at < builtIns.length; at++) {
      const holder = toHolder(builtIns[at] as object);
      freezeMethods(holder, builtIns);
      this.#holders[at] = holder;
    }
    this.#glance = createGlance(this.#holders);
  }

  /** Takes what is there now as right: a package has just been loaded. */
  remember(): void {
    let changed = false;
    for (let at = 0; at < this.#holders.length; at++) {
      const holder = this.#holders[at] as Holder;
      if (isIntact(holder)) continue;
      this.#holders[at] = toHolder(holder.object);
      changed = true;
    }
    if (changed) this.#glance = createGlance(this.#holders);
  }

  /** A script runs that may reach a built-in, and so may what it leaves to microtasks. */
  reach(): void {
    this.#isReachable = true;
    this.#mayBeChanged = true;
  }

  /** Code that a script left for later has its turn. */
  note(): void {
    this.#mayBeChanged = true;
  }

  /**
   * For each request, before its script: compares everything but accessors when code that may reach a built-in has had
   * its turn, and else ten times a millisecond at most; in between, while such a script is under way, what it may have
   * replaced. Costs nothing until there is such a script.
   *
   * @param nowMs Monotonic milliseconds; whoever has a request needs them too, and reading a clock takes 30 ns.
   */
  check(nowMs: number): void {
    if (!this.#isReachable) return;
    if (!this.#mayBeChanged && nowMs - this.#checkedMs < UNSEEN_CHECK_MS) {
      if (this.#underWay > 0) this.checkReplaced();
      return;
    }
    this.#checkedMs = nowMs;
    this.#mayBeChanged = false;
    this.checkAll();
  }

  /** The same for a script whose request has waited since. */
  checkAgain(): void {
    if (this.#mayBeChanged) this.checkAll();
    else if (this.#isReachable) this.checkReplaced();
  }

  /**
   * A script that may reach a built-in goes on until a promise of its settles.
   *
   * @param whole Whether accessors are compared then, as {@link restore} does.
   */
  follow(running: PromiseLike<unknown>, { whole }: { readonly whole: boolean }): void {
    this.#underWay++;
    const settled = () => {
      this.#underWay--;
      this.#mayBeChanged = true;
      if (whole) this.restore();
      else this.checkReplaced();
    };
    running.then(settled, settled);
  }

  /**
   * After code that may have reached a built-in. Members that keep their values are constants to the engine, so that
   * comparing all of them costs 0.1 to 0.3 µs.
   */
  checkReplaced(): void {
    if (!this.#glance.areKept()) this.restore();
  }

  /** Looks for what was added as well, which takes some 1.4 µs. */
  checkAll(): void {
    if (!this.#glance.areKept() || this.#glance.hasAdded()) this.restore();
  }

  /** Compares everything, accessors included: some 30 µs. @returns How many objects had been changed. */
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

/** Comparisons written out for the members that there are. */
interface Glance {
  /** Whether no member was replaced or deleted. */
  areKept(): boolean;
  /** Whether a member was added by assignment, and so is enumerable. */
  hasAdded(): boolean;
}

function createGlance(holders: readonly Holder[]): Glance {
  const values: unknown[] = [];
  const keys: PropertyKey[] = [];
  let kept = "true";
  let added = "";
  for (let at = 0; at < holders.length; at++) {
    const holder = holders[at] as Holder;
    if (!hasEnumerable(holder.object)) added += `for (const key in o${at}) return true;`;
    for (let each = 0; each < holder.keys.length; each++) {
      const descriptor = holder.descriptors[each] as PropertyDescriptor;
      if (!descriptor.configurable && !descriptor.writable) continue;
      const name = keys.length;
      const key = holder.keys[each] as PropertyKey;
      keys[name] = key;
      values[name] = descriptor.value;
      const literal = typeof key === "string" ? JSON.stringify(key) : `k${name}`;
      kept += "value" in descriptor ? `&& o${at}[${literal}] === v${name}` : `&& ${literal} in o${at}`;
    }
  }
  const constants = [
    ...holders.map((_, at) => `o${at} = holders[${at}].object`),
    ...keys.map((_, at) => `k${at} = keys[${at}], v${at} = values[${at}]`),
  ];
  const code = `const ${constants.join(", ")};
    return { areKept: () => ${kept}, hasAdded: () => { ${added} return false; } };`;
  return new Function("holders", "keys", "values", code)(holders, keys, values);
}

function hasEnumerable(object: object): boolean {
  for (const _ in object) return true;
  return false;
}

function toHolder(object: object): Holder {
  const keys: PropertyKey[] = [];
  const descriptors: PropertyDescriptor[] = [];
  const own = ownKeys(object);
  for (let at = 0; at < own.length; at++) {
    const key = own[at] as PropertyKey;
    const descriptor = getOwnPropertyDescriptor(object, key);
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
  if (own.length !== keys.length) return false;
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
    if (!isAmong(key, keys)) deleteProperty(object, key);
  }
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as PropertyKey;
    const descriptor = descriptors[at] as PropertyDescriptor;
    // Only an assignment reaches what the runtime keeps of it.
    if (key === "prepareStackTrace") (object as ErrorConstructor).prepareStackTrace = descriptor.value;
    else defineProperty(object, key, descriptor);
  }
}

function isAmong(key: PropertyKey, keys: readonly PropertyKey[]): boolean {
  for (let at = 0; at < keys.length; at++) if (keys[at] === key) return true;
  return false;
}
