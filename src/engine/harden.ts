/**
 * Makes a function of the server safe to hand to scripts: nothing can be hung on it, and its `constructor` does not
 * lead to the server's `Function`.
 */
export function harden<T extends (...args: never[]) => unknown>(fn: T): T {
  Object.defineProperty(fn, "constructor", { value: undefined });
  return Object.freeze(fn);
}

/** Closes a class whose instances scripts hold: nothing can be hung on its prototype or methods. */
export function closeClass(type: { readonly prototype: object }): void {
  const { prototype } = type;
  Object.defineProperty(prototype, "constructor", { value: undefined });
  for (const key of Reflect.ownKeys(prototype)) {
    const { value, get, set } = Reflect.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor;
    for (const each of [value, get, set]) if (typeof each === "function") harden(each);
  }
  Object.freeze(prototype);
}
