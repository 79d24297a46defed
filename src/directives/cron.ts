import type { Grammar } from "./directive.ts";

const KEYWORDS = ["@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually", "@midnight"];

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Field {
  readonly min: number;
  readonly max: number;
  /** Names that stand for numbers, the first one for `min`. */
  readonly names: readonly string[];
}

const FIELDS: readonly Field[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 7, names: WEEKDAYS }, // 7 is Sunday as well as 0
];

/** `minute hour day month weekday` or a keyword, UTC, also in quotes; fields are joined by single spaces. */
export const cron: Grammar<string> = {
  type: "cron",
  keywords: KEYWORDS,
  parse(text) {
    const expression = stripQuotes(text).trim().replaceAll(/\s+/g, " ");
    if (KEYWORDS.includes(expression.toLowerCase()))
      return { kind: "value", value: expression.toLowerCase() };
    const parts = expression.split(" ");
    return parts.length === FIELDS.length && FIELDS.every((field, index) => isField(parts[index]!, field))
      ? { kind: "value", value: expression }
      : {
          kind: "unusable",
          reason: "expected five fields (minute hour day month weekday) or a keyword such as @daily",
        };
  },
  print: (expression) => expression,
};

function stripQuotes(text: string): string {
  return /^(["'`])(.*)\1$/.exec(text)?.[2] ?? text;
}

/** Whether a field is a list of `*`, `n`, `a-b`, each with an optional `/step`. */
function isField(text: string, field: Field): boolean {
  return text.split(",").every((item) => {
    const [, from, to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? [];
    if (from === undefined) return false;
    if (step !== undefined && (Number(step) < 1 || Number(step) > field.max)) return false;
    if (from === "*") return to === undefined;
    const first = toNumber(from, field);
    const last = to === undefined ? first : toNumber(to, field);
    return first !== null && last !== null && first <= last;
  });
}

function toNumber(text: string, { min, max, names }: Field): number | null {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + min;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}
