import { REGEXP_GETTERS } from "../compiler/containment.ts";

// Taken before `engine/definers.ts` closes them for what is shared.
const { defineProperty, getOwnPropertyDescriptor } = Reflect;

/**
 * The few members of a frozen realm that stay writable.
 *
 * JavaScriptCore takes its fast paths for iteration, array methods, `await` and regular expressions only while these
 * members keep their original attributes: frozen, `[...array]` costs 5, `array.map` 2 and a regular expression 60
 * times as much (measured). So they are left alone, and looked after around executions.
 */
export class OpenSlots {
  readonly #slots: readonly OpenSlot[];
  readonly #getters: readonly OpenSlot[];
  readonly #keysOf = new Map<object, Set<PropertyKey>>();
  readonly #isIntact: () => boolean;
  #isDamaged = false;

  /**
   * @param run Runs code in the realm.
   * @param more Further members: holder and key as source text.
   */
  constructor(run: (code: string) => unknown, more: readonly SlotSource[] = []) {
    const { slots, isIntact } = run(sourceOf([...SLOTS, ...more])) as RealmSlots;
    // Copied by index: a realm's array is iterated by the very members that its scripts may have changed.
    this.#slots = Array.from(
      { length: slots.length },
      (_, at) => slots[at] as RealmSlots["slots"][0],
    ).flatMap(({ holder, key }) => {
      const descriptor = getOwnPropertyDescriptor(holder, key);
      return descriptor ? [{ holder, key, descriptor }] : [];
    });
    for (const { holder, key } of this.#slots) {
      const keys = this.#keysOf.get(holder) ?? new Set();
      this.#keysOf.set(holder, keys.add(key));
    }
    this.#getters = this.#slots.filter(({ descriptor }) => descriptor.get !== undefined);
    this.#isIntact = isIntact;
  }

  /** The objects that have open slots. */
  get holders(): readonly object[] {
    return [...this.#keysOf.keys()];
  }

  /** The members of an object that stay writable; null when it has none. */
  of(holder: object): ReadonlySet<PropertyKey> | null {
    return this.#keysOf.get(holder) ?? null;
  }

  /**
   * Puts back what was changed, after a glance that costs some 50 ns: for each execution.
   *
   * A replaced getter of `RegExp.prototype` is seen by {@link restore} only, but nothing that a script has replaces one:
   * see {@link REGEXP_GETTERS} and `engine/definers.ts`.
   *
   * @returns false when a member is gone for good, so that the realm must be given up: what was deleted from an object
   *   that takes no new members cannot be put back.
   */
  check(): boolean {
    if (this.#isIntact()) return true;
    this.restore();
    return !this.#isDamaged;
  }

  /** Whether a member is gone for good. */
  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  /**
   * Puts back whatever was changed; costs some 1 µs when nothing was.
   *
   * @returns How many members had been changed; 0 for every script that means no harm.
   */
  restore(): number {
    const slots = this.#isIntact() ? this.#getters : this.#slots;
    let changed = 0;
    for (let at = 0; at < slots.length; at++) {
      const { holder, key, descriptor } = slots[at] as OpenSlot;
      const now = getOwnPropertyDescriptor(holder, key);
      if (now !== undefined && now.value === descriptor.value && now.get === descriptor.get) continue;
      if (!defineProperty(holder, key, descriptor)) this.#isDamaged = true;
      changed++;
    }
    return changed;
  }
}

/** Holder and key of a slot as source text; `getter` for one that is read by calling it. */
export type SlotSource = readonly [holder: string, key: string, kind?: "getter"];

interface OpenSlot {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly descriptor: PropertyDescriptor;
}

interface RealmSlots {
  readonly slots: readonly { readonly holder: object; readonly key: PropertyKey }[];
  readonly isIntact: () => boolean;
}

/** One comparison for each slot, written out: a loop over them would be ten times as slow. */
function sourceOf(slots: readonly SlotSource[]): string {
  const names = slots.map(([holder, key], at) => `h${at} = ${holder}, k${at} = ${key}`);
  const values = slots.map(([, , kind], at) => `v${at} = ${kind === "getter" ? "null" : `h${at}[k${at}]`}`);
  const tests = slots.map(([, , kind], at) =>
    kind === "getter" ? `k${at} in h${at}` : `h${at}[k${at}] === v${at}`,
  );
  const rows = slots.map((_, at) => `{ holder: h${at}, key: k${at} }`);
  return `(() => {
    const prototypeOf = Object.getPrototypeOf;
    const ${names.join(", ")};
    const ${values.join(", ")};
    return { slots: [${rows.join(", ")}], isIntact: Object.freeze(() => ${tests.join(" && ")}) };
  })()`;
}

const REGEXP_METHODS = ["compile", "constructor", "exec", "test", "toString"];
const REGEXP_SYMBOLS = ["match", "matchAll", "replace", "search", "split"];
/**
 * Members of these are assigned on objects of a script's own (`error.name`), and an accessor will not do: a stack
 * begins with the name only when that is a plain value.
 */
const NAMED_ERRORS = [
  "Error",
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
];

/** TABLE: holder and member, as seen from inside the realm. */
const SLOTS: readonly SlotSource[] = [
  ["Array.prototype", '"constructor"'],
  ["Array", "Symbol.species"],
  ["Array.prototype", "Symbol.iterator"],
  ["prototypeOf([].values())", '"next"'],
  ["Map.prototype", "Symbol.iterator"],
  ["prototypeOf(new Map().values())", '"next"'],
  ["Set.prototype", "Symbol.iterator"],
  ["prototypeOf(new Set().values())", '"next"'],
  ["String.prototype", "Symbol.iterator"],
  ["Promise.prototype", '"constructor"'],
  ["Promise.prototype", '"then"'],
  ["Promise", "Symbol.species"],
  ["RegExp", "Symbol.species"],
  ["Object.prototype", '"constructor"'],
  ...NAMED_ERRORS.map((name): SlotSource => [`${name}.prototype`, '"constructor"']),
  ...NAMED_ERRORS.map((name): SlotSource => [`${name}.prototype`, '"name"']),
  ...REGEXP_METHODS.map((name): SlotSource => ["RegExp.prototype", JSON.stringify(name)]),
  ...REGEXP_SYMBOLS.map((name): SlotSource => ["RegExp.prototype", `Symbol.${name}`]),
  ...[...REGEXP_GETTERS].map((name): SlotSource => ["RegExp.prototype", JSON.stringify(name), "getter"]),
];
