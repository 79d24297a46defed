import { isRecord } from "../base/realm.ts";
import { ExecError } from "../errors/exec-error.ts";
import { parseDotPath, readAt, removeAt, writeAt } from "./dot-path.ts";
import { DEPTH_MAX, isDeeperThan, toSerialisableView, UNSERIALISABLE } from "./serialisable-view.ts";

/** What stands at a place of the shared state. */
export type StateReading =
  | { readonly kind: "absent" }
  | {
      readonly kind: "found";
      /** Serialisable copy; members without a JSON form are left out. */
      readonly state: unknown;
      /** Bytes of the copy as JSON. */
      readonly sizeBytes: number;
    };

/**
 * The `shared` object of each deployment, in memory until the process ends (script-runtime.md §9).
 *
 * Scripts get the object itself and change it freely; sizes and copies are made only when somebody asks. The bound
 * therefore holds for what the control API stores, not for what scripts do.
 */
export class SharedState {
  readonly #states = new Map<string, Record<string, unknown>>();
  readonly #bytesMax: number;

  /** @param options.bytesMax Largest JSON of one deployment that {@link set} leaves behind. */
  constructor(options: { readonly bytesMax: number }) {
    this.#bytesMax = options.bytesMax;
  }

  /** The object handed to scripts of a deployment, made on first use. */
  of(key: string): Record<string, unknown> {
    let state = this.#states.get(key);
    if (state === undefined) {
      state = {};
      this.#states.set(key, state);
    }
    return state;
  }

  /**
   * Reads the whole state or the value at a dot path.
   *
   * @throws {ExecError} `invalidInput` for a path that cannot be used.
   */
  get(key: string, path: string | null): StateReading {
    const segments = path === null ? [] : parseDotPath(path);
    const root = this.#states.get(key);
    const found = root === undefined ? null : readAt(root, segments);
    return found === null ? { kind: "absent" } : { kind: "found", ...measure(found.value) };
  }

  /**
   * Stores a value at a dot path, or replaces the members of the whole state.
   *
   * The object keeps its identity, so running scripts see the change.
   *
   * @returns Bytes of what then stands at the path, as {@link get} would say.
   * @throws {ExecError} `invalidInput` for an unusable path or a root that is no object; `stateTooLarge` when the
   *   state would grow past its bound, which leaves it as it was.
   */
  set(
    key: string,
    change: { readonly path: string | null; readonly value: unknown; readonly merge: boolean },
  ): { readonly sizeBytes: number } {
    const segments = change.path === null ? [] : parseDotPath(change.path);
    if (segments.length === 0 && !isRecord(change.value)) {
      throw refusedValue("must be an object when no path is given");
    }
    if (change.merge && !isRecord(change.value)) throw refusedValue("must be an object to be merged");
    if (isDeeperThan(change.value, DEPTH_MAX - segments.length)) {
      throw refusedValue(`must not be nested deeper than ${DEPTH_MAX} levels`);
    }
    const current = this.#states.get(key);
    // The rehearsal on a copy proves path and size, so that a refused change leaves nothing half done.
    const rehearsal = (current === undefined ? {} : measure(current).state) as Record<string, unknown>;
    applyChange(rehearsal, { ...change, segments });
    const { sizeBytes } = measure(rehearsal);
    if (sizeBytes > this.#bytesMax) {
      throw new ExecError(
        "stateTooLarge",
        `Shared state of ${sizeBytes} bytes is over the limit of ${this.#bytesMax} bytes`,
        {
          details: { field: "value", reason: "too large", sizeBytes, maxBytes: this.#bytesMax },
          limit: "sharedStateMax",
        },
      );
    }
    applyChange(this.of(key), { ...change, segments });
    return {
      sizeBytes: segments.length === 0 ? sizeBytes : measure(readAt(rehearsal, segments)?.value).sizeBytes,
    };
  }

  /**
   * Removes the value at a dot path, or every member; the object keeps its identity.
   *
   * @returns How many members went (a path counts as one) and how many top-level members are left.
   */
  clear(key: string, path: string | null): { readonly count: number; readonly remaining: number } {
    const segments = path === null ? [] : parseDotPath(path);
    const state = this.#states.get(key);
    if (state === undefined) return { count: 0, remaining: 0 };
    const count = segments.length === 0 ? removeMembers(state) : Number(removeAt(state, segments));
    return { count, remaining: Object.keys(state).length };
  }

  /** Forgets the object of a deployment; the next script gets a new one. Answers whether there was one. */
  drop(key: string): boolean {
    return this.#states.delete(key);
  }

  /** Deployments that have an object. */
  keys(): readonly string[] {
    return [...this.#states.keys()];
  }
}

function measure(value: unknown): { readonly state: unknown; readonly sizeBytes: number } {
  const copy = toSerialisableView(value);
  if (copy === UNSERIALISABLE) return { state: null, sizeBytes: 0 };
  return { state: copy, sizeBytes: Buffer.byteLength(JSON.stringify(copy)) };
}

function refusedValue(reason: string): ExecError {
  return new ExecError("invalidInput", `value ${reason}`, { details: { field: "value", reason } });
}

function applyChange(
  root: Record<string, unknown>,
  change: { readonly segments: readonly string[]; readonly value: unknown; readonly merge: boolean },
): void {
  const target = change.merge ? readAt(root, change.segments)?.value : undefined;
  if (isRecord(change.value) && (change.segments.length === 0 || isRecord(target))) {
    const holder = change.segments.length === 0 ? root : (target as Record<string, unknown>);
    if (!change.merge) removeMembers(holder);
    for (const [name, value] of Object.entries(change.value)) writeAt(holder, [name], value);
    return;
  }
  writeAt(root, change.segments, change.value);
}

function removeMembers(holder: Record<string, unknown>): number {
  return Object.keys(holder).filter((name) => Reflect.deleteProperty(holder, name)).length;
}
