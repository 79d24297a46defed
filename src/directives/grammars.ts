import type { Grammar, Range, Reading } from "./directive.ts";

/** Longest delay a timer can hold, in milliseconds: larger ones fire at once. */
export const DURATION_MS_MAX = 2_147_483_647;

const BOOLEAN_WORDS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["0", false],
  ["no", false],
  ["off", false],
]);

const UNLIMITED_WORDS = ["0", "unlimited", "none", "false", "-1", "n/a"];

const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const BYTES_PER_UNIT = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 };

/** `true`, `false` and their usual synonyms; a bare directive means `true`. */
export const boolean: Grammar<boolean> = {
  type: "boolean",
  parse(text) {
    const flag = text === "" ? true : BOOLEAN_WORDS.get(text.toLowerCase());
    return flag === undefined ? unusable("expected true or false") : usable(flag);
  },
  print: String,
};

/** One of a few words, in any letter case. */
export function oneOf<const W extends string>(...words: readonly W[]): Grammar<W> {
  return {
    type: "enum",
    enumValues: words,
    parse(text) {
      const word = words.find((candidate) => candidate === text.toLowerCase());
      return word === undefined ? unusable(`expected one of ${words.join(", ")}`) : usable(word);
    },
    print: (word) => word,
  };
}

/** A whole number within a range. */
export function integer(range: Range): Grammar<number> {
  return {
    type: "integer",
    range,
    parse(text) {
      const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
      return Number.isSafeInteger(value) && within(value, range)
        ? usable(value + 0) // "-0" reads as 0
        : unusable(`expected a whole number${inWords(range)}`);
    },
    print: String,
  };
}

/** A decimal number within a range. */
export function number(range: Range): Grammar<number> {
  return {
    type: "number",
    range,
    parse(text) {
      const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN;
      return Number.isFinite(value) && within(value, range)
        ? usable(value + 0)
        : unusable(`expected a number${inWords(range)}`);
    },
    print: String,
  };
}

/** A span of time in milliseconds; 0 is no limit. Longer than a timer can hold is read as the longest. */
export const duration: Grammar<number> = {
  type: "duration_ms",
  keywords: UNLIMITED_WORDS,
  range: { min: 0, max: DURATION_MS_MAX },
  parse(text) {
    if (UNLIMITED_WORDS.includes(text.toLowerCase())) return usable(0);
    const ms = parseQuantity(text, MS_PER_UNIT);
    if (ms === null) return unusable("expected milliseconds, or a number with one of the units ms s m h d");
    if (ms > DURATION_MS_MAX) {
      return {
        kind: "adjusted",
        value: DURATION_MS_MAX,
        reason: `the longest duration is ${DURATION_MS_MAX} ms`,
      };
    }
    // A wish for less than a millisecond must not become 0, which would lift the limit.
    return usable(ms === 0 ? 0 : Math.max(1, Math.round(ms)));
  },
  print: String,
};

/** A number of bytes; units count in steps of 1024. */
export const size: Grammar<number> = {
  type: "bytes",
  range: { min: 0 },
  parse(text) {
    const bytes = Math.round(parseQuantity(text, BYTES_PER_UNIT) ?? Number.NaN);
    return Number.isSafeInteger(bytes)
      ? usable(bytes)
      : unusable("expected bytes, or a number with one of the units b kb mb gb tb");
  },
  print: String,
};

/** Texts separated by commas. */
export const list: Grammar<readonly string[]> = {
  type: "string[]",
  parse: (text) => usable(splitList(text)),
  print: (items) => items.join(", "),
};

/** A {@link list} of names that have no letter case, such as headers. */
export const lowerCaseList: Grammar<readonly string[]> = {
  ...list,
  parse: (text) => usable(splitList(text.toLowerCase())),
};

/** The rest of the line. */
export const text: Grammar<string> = {
  type: "string",
  parse: (line) => (line === "" ? unusable("expected a text") : usable(line)),
  print: (line) => line,
};

/** HTTP methods or header names separated by commas, kept as one text because a header carries them so. */
export const httpTokens: Grammar<string> = {
  type: "string",
  parse(line) {
    const tokens = splitList(line);
    // The token characters of RFC 9110 §5.6.2.
    const wellFormed = tokens.length > 0 && tokens.every((token) => /^[\w!#$%&'*+\-.^`|~]+$/.test(token));
    return wellFormed ? usable(line) : unusable("expected names separated by commas");
  },
  print: (line) => line,
};

/** `vendor/model`. */
export const modelName: Grammar<string> = {
  type: "string",
  parse: (name) => (/^[^\s/]+\/\S+$/.test(name) ? usable(name) : unusable("expected vendor/model")),
  print: (name) => name,
};

/** How much of a body is logged; a word it does not know keeps the body out of sight. */
export const bodyMode: Grammar<"full" | "redacted" | "off"> = {
  type: "boolean|enum",
  enumValues: ["full", "redacted", "off"],
  keywords: ["true", "false"],
  parse(word) {
    switch (word.toLowerCase()) {
      case "":
      case "true":
      case "full":
        return usable("full");
      case "false":
      case "off":
        return usable("off");
      case "redacted":
        return usable("redacted");
      default:
        return { kind: "adjusted", value: "redacted", reason: "expected full, redacted or off" };
    }
  },
  print: (mode) => mode,
};

/** `true` is any number at once, `false` one, a number that many. */
export const concurrent: Grammar<boolean | number> = {
  type: "boolean|integer",
  keywords: ["true", "false"],
  range: { min: 1 },
  parse(word) {
    const count = integer({ min: 1 }).parse(word);
    if (count.kind === "value") return count;
    const flag = word === "0" ? undefined : boolean.parse(word);
    return flag?.kind === "value" ? flag : unusable("expected true, false or a whole number from 1");
  },
  print: String,
};

/** Who may read answers from another origin: `reflective`, `*`, one origin, or `none`, which is null. */
export const corsOrigin: Grammar<string | null> = {
  type: "string",
  keywords: ["reflective", "*", "none"],
  parse(word) {
    const keyword = word.toLowerCase();
    if (keyword === "none") return usable(null);
    if (keyword === "reflective" || keyword === "*") return usable(keyword);
    const origin = parseOrigin(word);
    return origin === null
      ? unusable("expected reflective, *, none or one http(s) origin")
      : usable<string | null>(origin);
  },
  print: (origin) => origin ?? "none",
};

/** A secret without white space; what follows the first word is a note to the reader. */
export const secretWord: Grammar<string> = {
  type: "string",
  secret: true,
  parse(line) {
    const word = /^\S+/.exec(line)?.[0];
    if (word === undefined) return unusable("expected a secret");
    if (word === line) return usable(word);
    return { kind: "adjusted", value: word, reason: "a secret holds no white space" };
  },
  print: (word) => word,
};

/** A secret that is the rest of the line. */
export const secretText: Grammar<string> = { ...text, secret: true };

function usable<V>(value: V): Reading<V> {
  return { kind: "value", value };
}

function unusable(reason: string): Reading<never> {
  return { kind: "unusable", reason };
}

function within(value: number, { min = -Infinity, max = Infinity }: Range): boolean {
  return value >= min && value <= max;
}

function inWords({ min, max }: Range): string {
  return `${min === undefined ? "" : ` from ${min}`}${max === undefined ? "" : ` to ${max}`}`;
}

function splitList(line: string): string[] {
  return line
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** A decimal with an optional unit in any letter case; null when it is none. */
function parseQuantity(line: string, factors: Readonly<Record<string, number>>): number | null {
  const [, digits, unit] = /^\+?(\d+\.?\d*|\.\d+)\s*([a-z]*)$/i.exec(line) ?? [];
  const factor =
    unit === "" ? 1 : Object.entries(factors).find(([name]) => name === unit?.toLowerCase())?.[1];
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}

/** The origin of an http(s) URL in the spelling of an Origin header (RFC 6454 §6.2); null when it is none. */
function parseOrigin(word: string): string | null {
  // The URL parser would take "https://a,https://b" for one host.
  if (!/^https?:\/\/[^\s,@]+$/i.test(word) || !URL.canParse(word)) return null;
  return new URL(word).origin;
}
