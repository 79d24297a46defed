import { TIMER_MAX_MS } from "../base/wait.ts";

/** How one kind of setting is read from text and shown to people. */
export interface Grammar<T> {
  /** Completes the sentence "accepted is …". */
  readonly accepts: string;
  /** Short form of a value in `--help`; a yes/no flag has none, because it may stand alone. */
  readonly placeholder: string | null;
  /** Whether the flag may be given several times, each text then being a line of what is read. */
  readonly repeatable: boolean;
  /** Reads a text, or answers undefined when it cannot be used. */
  read(text: string): T | undefined;
  /** Writes a value the way a person would type it. */
  print(value: T): string;
}

/** A whole number within bounds. */
export function integer(bounds: { readonly min: number; readonly max?: number }): Grammar<number> {
  const max = bounds.max ?? Number.MAX_SAFE_INTEGER;
  return {
    accepts:
      bounds.max === undefined
        ? `a whole number from ${bounds.min}`
        : `a whole number from ${bounds.min} to ${bounds.max}`,
    placeholder: "<number>",
    repeatable: false,
    read(text) {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= bounds.min && value <= max ? value : undefined;
    },
    print: String,
  };
}

const MS_OF_UNIT = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A duration in milliseconds; units as in magic-comments.md §2, capped at 2147483647 ms.
 *
 * @param options.unlimited Whether the words for "no limit" are accepted; they read as 0.
 * @param options.min Least milliseconds. @param options.max Most; beyond it the text is refused, not capped.
 */
export function duration(options: {
  readonly unlimited: boolean;
  readonly min?: number;
  readonly max?: number;
}): Grammar<number> {
  const { min = 0, max = TIMER_MAX_MS } = options;
  const bounds = options.max === undefined ? "" : ` from ${min} to ${max} ms`;
  return {
    accepts: `milliseconds or a number with ms, s, m, h or d${bounds}${options.unlimited ? ", or unlimited" : ""}`,
    placeholder: "<duration>",
    repeatable: false,
    read(text) {
      if (options.unlimited && /^(?:false|-1|unlimited|none|n\/a)$/i.test(text)) return 0;
      const value = readWithUnit(text, MS_OF_UNIT, "ms");
      if (value === 0 && options.unlimited) return 0;
      if (value === undefined || value < min || (options.max !== undefined && value > max)) return undefined;
      return Math.min(value, max);
    },
    print: (value) =>
      value === 0 && options.unlimited ? "unlimited" : printWithUnit(value, MS_OF_UNIT, "ms"),
  };
}

const BYTES_OF_UNIT = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 } as const;

/** A size in bytes; units of 1024 as in magic-comments.md §2. */
export function size(bounds: { readonly min: number; readonly max?: number }): Grammar<number> {
  const { min, max = Number.MAX_SAFE_INTEGER } = bounds;
  return {
    accepts: `bytes or a number with b, kb, mb, gb or tb, at least ${min}${bounds.max === undefined ? "" : ` and at most ${max}`}`,
    placeholder: "<size>",
    repeatable: false,
    read(text) {
      const value = readWithUnit(text, BYTES_OF_UNIT, "b");
      return value !== undefined && value >= min && value <= max ? value : undefined;
    },
    print: (value) => printWithUnit(value, BYTES_OF_UNIT, "b"),
  };
}

const YES_NO: Readonly<Record<string, boolean>> = { on: true, true: true, off: false, false: false };

/** A yes/no flag: it may stand alone, which means yes. */
export const yesNo: Grammar<boolean> = {
  accepts: "on, off, true or false",
  placeholder: null,
  repeatable: false,
  read: (text) => (Object.hasOwn(YES_NO, text.toLowerCase()) ? YES_NO[text.toLowerCase()] : undefined),
  print: (value) => (value ? "on" : "off"),
};

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Grammar<Word> {
  return {
    accepts: `one of ${words.join(", ")}`,
    placeholder: `<${words.join("|")}>`,
    repeatable: false,
    read: (text) => words.find((word) => word === text.toLowerCase()),
    print: (value) => value,
  };
}

/** A directory; relative ones start from the working directory. */
export const directory: Grammar<string> = {
  accepts: "a directory",
  placeholder: "<directory>",
  repeatable: false,
  read: (text) => (text.includes("\0") ? undefined : text),
  print: (value) => value,
};

/** A file; relative ones start from the working directory. */
export const file: Grammar<string> = { ...directory, accepts: "a readable file", placeholder: "<file>" };

/** An address to listen on: an IP address or a host name, without a port. */
export const address: Grammar<string> = {
  accepts: "an IP address or a host name",
  placeholder: "<address>",
  repeatable: false,
  read(text) {
    const bare = text.replace(/^\[(.*)\]$/, "$1");
    return /^[A-Za-z0-9._:%-]+$/.test(bare) ? bare.toLowerCase() : undefined;
  },
  print: (value) => value,
};

/** The base of an API's URLs; read without slashes at its end. */
export const httpUrl: Grammar<string> = {
  accepts: "an http or https URL without query, fragment and password",
  placeholder: "<url>",
  repeatable: false,
  read(text) {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
    if ([url.search, url.hash, url.username, url.password].some((part) => part !== "")) return undefined;
    return text.replace(/\/+$/, "");
  },
  print: (value) => value,
};

/** A text of visible ASCII, so that it may stand in a header. */
export const word: Grammar<string> = {
  accepts: "visible ASCII characters without spaces",
  placeholder: "<text>",
  repeatable: false,
  read: (text) => (/^[!-~]+$/.test(text) ? text : undefined),
  print: (value) => value,
};

/** Comma separated host names; `*.` in front stands for every name below a domain. */
export const hostNames: Grammar<readonly string[]> = {
  accepts: "host names separated by commas, each a name or *.domain",
  placeholder: "<names>",
  repeatable: true,
  read(text) {
    const names = text
      .split(/[,\n]/)
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== "");
    return names.length > 0 && names.every((name) => /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name))
      ? names
      : undefined;
  },
  print: (value) => value.join(","),
};

function readWithUnit(
  text: string,
  factors: Readonly<Record<string, number>>,
  bareUnit: string,
): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  const factor = factors[(match?.[2] || bareUnit).toLowerCase()];
  return match?.[1] === undefined || factor === undefined ? undefined : Math.round(Number(match[1]) * factor);
}

/** The largest unit that leaves a whole number, so that 3600000 ms reads as `1h`. */
function printWithUnit(value: number, factors: Readonly<Record<string, number>>, bareUnit: string): string {
  if (value === 0) return "0";
  const [unit, factor] = Object.entries(factors)
    .filter(([, factor]) => value % factor === 0)
    .reduce((best, next) => (next[1] > best[1] ? next : best), [bareUnit, 1]);
  return `${value / factor}${unit}`;
}
