/** Asked by `console.log`, `util.inspect` and `Bun.inspect` before they look at the fields of an object. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * Decides what JSON and a console show of a class's instances, instead of their fields: those lead to the server's own
 * objects, among them the tokens and the source of the script.
 *
 * @param describe What is shown; undefined leaves an instance out of JSON.
 */
export function showAs<T extends object>(
  type: { readonly prototype: T },
  describe: (instance: T) => object | undefined,
): void {
  const { prototype } = type;
  const method = (value: (this: T) => unknown) => ({ value, configurable: true, writable: true });
  Object.defineProperty(
    prototype,
    "toJSON",
    method(function toJSON() {
      return describe(this);
    }),
  );
  Object.defineProperty(
    prototype,
    INSPECT,
    method(function inspect() {
      return describe(this) ?? {};
    }),
  );
}
