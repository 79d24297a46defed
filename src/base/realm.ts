import { types } from "node:util";

/**
 * Questions that are answered alike for values of every VM realm.
 *
 * `instanceof` compares prototypes of one realm only: an error thrown by a script is not `instanceof Error` here
 * (performance.md §4).
 */

/** Whether a value is an error object of any realm. */
export function isError(value: unknown): value is Error {
  return Error.isError(value);
}

/** Whether a value is an instance of a class of ours; false for a proxy whose traps throw. */
export function isInstanceOf<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false; // A trap answered, so it is a script's own object.
  }
}

/** Whether a value can be awaited. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === "object" || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

/** Whether a value holds bytes: a Buffer, another view, or an ArrayBuffer. */
export function isBytes(value: unknown): value is ArrayBufferView | ArrayBuffer {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

/** Whether a value can be consumed with `for await`. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isObject(value) && typeof (value as Record<symbol, unknown>)[Symbol.asyncIterator] === "function";
}

/** Whether a value is a generator or another iterator object that is also iterable (an array is not). */
export function isIterator(value: unknown): value is IterableIterator<unknown> {
  return (
    isObject(value) &&
    typeof (value as { next?: unknown }).next === "function" &&
    typeof (value as Record<symbol, unknown>)[Symbol.iterator] === "function"
  );
}

/** Whether a value is an object and not null. */
export function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

/** Whether a value is an object that is not an array: what JSON calls an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value);
}
