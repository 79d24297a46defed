import { isObject, isRecord } from "../base/realm.ts";

/** A value as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** What JSON calls an object. Names come from callers: build one by {@link toObject}, never by assignment. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Deepest nesting of a document or schema that is taken in; it also bounds every walk below. */
export const DEPTH_MAX = 100;

/** Whether a parsed value is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value);
}

/** The object at a name, or an empty one. */
export function objectAt(value: Json | undefined, name: string): JsonObject {
  const found = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isJsonObject(found) ? found : {};
}

/** The list at a name, or an empty one. */
export function listAt(value: Json | undefined, name: string): readonly Json[] {
  const found = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}

/**
 * An object with the given members, whatever they are called; undefined values are left out.
 *
 * Assigning one after the other would fail at names of the frozen `Object.prototype` and change the prototype for
 * `__proto__`.
 */
export function toObject(members: Iterable<readonly [name: string, value: Json | undefined]>): JsonObject {
  const given = [...members].filter((member): member is readonly [string, Json] => member[1] !== undefined);
  return Object.fromEntries(given);
}

/**
 * Whether lists and objects lie deeper in each other than {@link DEPTH_MAX}. Needs no stack of its own depth.
 *
 * @param above Lists and objects that the value itself lies in.
 */
export function isTooDeep(value: unknown, above = 0): boolean {
  let level: unknown[] = [value];
  for (let depth = above; level.length > 0; depth++) {
    if (depth > DEPTH_MAX) return true;
    const below: unknown[] = [];
    for (const each of level) {
      if (!isObject(each)) continue;
      for (const name of Object.keys(each)) if (isObject(each[name])) below.push(each[name]);
    }
    level = below;
  }
  return false;
}

/** Whether a value has more than `max` parts. Parts that are shared count each time, as they would when written down. */
export function hasMoreParts(value: Json, max: number): boolean {
  let count = 0;
  const waiting: Json[] = [value];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    count += 1;
    if (count > max) return true;
    if (!isObject(each)) continue;
    for (const inner of Object.values(each) as Json[]) waiting.push(inner);
  }
  return false;
}
