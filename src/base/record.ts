/**
 * An object with the given members, whatever they are called; the last of repeated names wins.
 *
 * Names come from callers. Assigning one after the other would fail at those that the frozen `Object.prototype` has
 * (`constructor`), and `__proto__`, which is left out, would change the prototype.
 */
export function toRecord(pairs: Iterable<readonly [name: string, value: string]>): Record<string, string> {
  const record: Record<string, string> = Object.fromEntries(pairs);
  if (Object.hasOwn(record, "__proto__")) Reflect.deleteProperty(record, "__proto__");
  return record;
}
