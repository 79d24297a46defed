/**
 * Makes a function of the server safe to hand to scripts: nothing can be hung on it, and its `constructor` does not
 * lead to the server's `Function`.
 */
export function harden<T extends (...args: never[]) => unknown>(fn: T): T {
  Object.defineProperty(fn, "constructor", { value: undefined });
  return Object.freeze(fn);
}
