import { isObject } from "../base/realm.ts";

/** Answered where a value has no JSON form. */
export const UNSERIALISABLE: unique symbol = Symbol("unserialisable");

/** Deeper members are left out, because both JSON and the stack end somewhere. */
export const DEPTH_MAX = 500;

/**
 * Copies a value as JSON would show it, but leaves out what JSON cannot hold instead of failing: functions, symbols,
 * BigInt, cycles, and members whose getter or `toJSON` throws. Inside an array such a member becomes null, so that
 * the others keep their index.
 *
 * @returns The copy, or {@link UNSERIALISABLE} when the value as a whole has no JSON form.
 */
export function toSerialisableView(value: unknown): unknown {
  return view(value, new Set());
}

function view(value: unknown, ancestors: Set<object>): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (!isObject(value) || ancestors.has(value) || ancestors.size >= DEPTH_MAX) return UNSERIALISABLE;
  ancestors.add(value);
  try {
    return viewOfObject(value, ancestors);
  } catch {
    // A getter, a proxy or toJSON of the script threw: this member has no JSON form, the others still do.
    return UNSERIALISABLE;
  } finally {
    ancestors.delete(value);
  }
}

function viewOfObject(value: Record<PropertyKey, unknown>, ancestors: Set<object>): unknown {
  if (typeof value["toJSON"] === "function") {
    const replacement: unknown = value["toJSON"]("");
    return replacement === value ? viewOfMembers(value, ancestors) : view(replacement, ancestors);
  }
  return viewOfMembers(value, ancestors);
}

function viewOfMembers(value: Record<PropertyKey, unknown>, ancestors: Set<object>): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => {
      const copy = view(item, ancestors);
      return copy === UNSERIALISABLE ? null : copy;
    });
  }
  const copies: [string, unknown][] = [];
  for (const key of Object.keys(value)) {
    const copy = viewOfMember(value, key, ancestors);
    if (copy !== UNSERIALISABLE) copies.push([key, copy]);
  }
  // fromEntries defines members, so that a key "__proto__" stays an ordinary one.
  return Object.fromEntries(copies);
}

function viewOfMember(holder: Record<PropertyKey, unknown>, key: string, ancestors: Set<object>): unknown {
  try {
    return view(holder[key], ancestors);
  } catch {
    // A throwing getter loses its own member only.
    return UNSERIALISABLE;
  }
}

/** Whether a JSON value is nested deeper than so many levels. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (!isObject(value)) return false;
  if (levels <= 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
