/**
 * A place in a value, as steps from the inside out. Text is made of it only for a mismatch: a value that fits, which
 * is nearly every one, pays for no string.
 */
export type Path =
  | { readonly above: null }
  | {
      readonly above: Path;
      /** Name of a member or index in a list. */
      readonly step: string | number;
      /** Which of its lists, where the place above is a Map or Set. */
      readonly list?: "keys" | "values";
    };

/** The value itself. */
export const ROOT: Path = { above: null };

/** `$` for the value itself, `$.users[0]["first name"]` below it. */
export function formatPath(path: Path): string {
  if (path.above === null) return "$";
  const above = formatPath(path.above);
  const list = path.list === undefined ? "" : `.${path.list}()`;
  if (typeof path.step === "number") return `${above}${list}[${path.step}]`;
  return /^[A-Za-z_$][\w$]*$/.test(path.step)
    ? `${above}.${path.step}`
    : `${above}[${JSON.stringify(path.step)}]`;
}
