import type vm from "node:vm";

/**
 * The few members of a frozen realm that stay writable.
 *
 * JavaScriptCore takes its fast paths for iteration, array methods, `await` and regular expressions only while these
 * members keep their original attributes: frozen, `for…of` costs 3, `array.map` 6 and a regular expression 70 times
 * as much (measured). So they are left alone and compared before an execution that could reach them.
 */
export class OpenSlots {
  readonly #slots: readonly OpenSlot[];
  readonly #keysOf = new Map<object, Set<PropertyKey>>();

  constructor(context: vm.Context, run: (code: string, context: vm.Context) => unknown) {
    const rows = run(OPEN_SLOTS, context) as readonly (readonly [object, PropertyKey])[];
    this.#slots = rows.flatMap(([holder, key]) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(holder, key);
      return descriptor ? [{ holder, key, descriptor }] : [];
    });
    for (const { holder, key } of this.#slots) {
      const keys = this.#keysOf.get(holder) ?? new Set();
      this.#keysOf.set(holder, keys.add(key));
    }
  }

  /** The members of an object that stay writable; null when it has none. */
  of(holder: object): ReadonlySet<PropertyKey> | null {
    return this.#keysOf.get(holder) ?? null;
  }

  /**
   * Puts back whatever was changed.
   *
   * @returns How many members had been changed; 0 for every script that means no harm.
   */
  restore(): number {
    let changed = 0;
    for (const { holder, key, descriptor } of this.#slots) {
      const now = Reflect.getOwnPropertyDescriptor(holder, key);
      if (now !== undefined && now.value === descriptor.value && now.get === descriptor.get) continue;
      Reflect.defineProperty(holder, key, descriptor);
      changed++;
    }
    return changed;
  }
}

interface OpenSlot {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly descriptor: PropertyDescriptor;
}

/** TABLE: holder and member, as seen from inside the realm. */
const OPEN_SLOTS = `(() => {
  const prototypeOf = Object.getPrototypeOf;
  return [
    [Array.prototype, "constructor"], [Array, Symbol.species], [Array.prototype, Symbol.iterator],
    [prototypeOf([].values()), "next"],
    [Map.prototype, Symbol.iterator], [prototypeOf(new Map().values()), "next"],
    [Set.prototype, Symbol.iterator], [prototypeOf(new Set().values()), "next"],
    [String.prototype, Symbol.iterator],
    [Promise.prototype, "constructor"], [Promise.prototype, "then"], [Promise, Symbol.species],
    [RegExp, Symbol.species],
    ...Reflect.ownKeys(RegExp.prototype).map((key) => [RegExp.prototype, key]),
  ];
})()`;
