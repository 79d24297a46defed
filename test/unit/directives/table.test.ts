import { describe, expect, test } from "bun:test";
import { parseDirectives } from "../../../src/directives/parse.ts";
import {
  DIRECTIVES,
  type DirectiveName,
  type Directives,
  directiveOf,
  isDirectiveName,
  isListedName,
  LISTED,
} from "../../../src/directives/table.ts";

/** What one directive promises (magic-comments.md §3). */
interface Row {
  /** Texts behind the name and what they are read as. */
  readonly valid: readonly (readonly [text: string, value: unknown])[];
  /** Texts that fall back to the default with a warning. */
  readonly unusable: readonly string[];
  /** What the engine sees when the header is silent. */
  readonly absent: unknown;
  /** The columns omitted, runtime, sdk. */
  readonly defaults: readonly [omitted: unknown, runtime: unknown, sdk: unknown];
  /** A value as the editor writes it. */
  readonly printed: readonly [value: unknown, text: string];
}

const flag = (omitted: boolean, sdk = omitted): Row => ({
  valid: [
    ["", true],
    ["true", true],
    ["1", true],
    ["yes", true],
    ["ON", true],
    ["false", false],
    ["0", false],
    ["no", false],
    ["off", false],
  ],
  unusable: ["maybe", "2", "true false"],
  absent: omitted,
  defaults: [omitted, omitted, sdk],
  printed: [false, "false"],
});

const duration = (absent: unknown, defaults: Row["defaults"]): Row => ({
  valid: [
    ["250", 250],
    ["1.5s", 1500],
    ["2m", 120_000],
    ["1 h", 3_600_000],
    ["1D", 86_400_000],
    ["7ms", 7],
    ["0.2", 1],
    ["30d", 2_147_483_647],
    ["0", 0],
    ["0s", 0],
    ["false", 0],
    ["-1", 0],
    ["unlimited", 0],
    ["None", 0],
    ["n/a", 0],
  ],
  unusable: ["", "abc", "-5", "5 weeks", "1s2", "Infinity", "toString"],
  absent,
  defaults,
  printed: [5000, "5000"],
});

const bodyMode: Row = {
  valid: [
    ["", "full"],
    ["true", "full"],
    ["full", "full"],
    ["false", "off"],
    ["off", "off"],
    ["redacted", "redacted"],
    ["anything else", "redacted"],
  ],
  unusable: [],
  absent: "off",
  defaults: ["off", "off", "off"],
  printed: ["redacted", "redacted"],
};

const line: Row = {
  valid: [
    ["one two", "one two"],
    ["  @ // é 🎈 ", "@ // é 🎈"],
  ],
  unusable: [""],
  absent: null,
  defaults: [null, null, null],
  printed: ["one two", "one two"],
};

const ROWS: Readonly<Record<DirectiveName, Row>> = {
  mode: {
    valid: [
      ["worker", "worker"],
      ["Serverless", "serverless"],
    ],
    unusable: ["", "thread"],
    absent: "serverless",
    defaults: [null, "serverless", "serverless"],
    printed: ["worker", "worker"],
  },
  enabled: flag(true),
  timeout: duration(null, [null, 3_600_000, 30_000]),
  "await-promises": flag(true),
  concurrent: {
    valid: [
      ["", true],
      ["true", true],
      ["false", false],
      ["no", false],
      ["1", 1],
      ["12", 12],
    ],
    unusable: ["0", "-1", "1.5", "many"],
    absent: true,
    defaults: [true, true, true],
    printed: [4, "4"],
  },
  websocket: flag(false),
  token: {
    valid: [
      ["abc", "abc"],
      ["abc for the billing team", "abc"],
    ],
    unusable: [""],
    absent: null,
    defaults: [null, null, null],
    printed: ["abc", "abc"],
  },
  schedule: {
    valid: [
      ["*/5 * * * *", "*/5 * * * *"],
      ['"0 9 * * mon-fri"', "0 9 * * mon-fri"],
      ["@Daily", "@daily"],
    ],
    unusable: ["", "* * * *", "60 * * * *", "@reboot"],
    absent: null,
    defaults: [null, null, null],
    printed: ["@daily", "@daily"],
  },
  "schedule-timeout": duration(30_000, [null, 30_000, null]),
  "debug-instrument": flag(false),
  "log-level": {
    valid: [
      ["none", "none"],
      ["minimal", "minimal"],
      ["standard", "standard"],
      ["full", "full"],
      ["DEBUG", "debug"],
    ],
    unusable: ["", "verbose"],
    absent: "none",
    defaults: [null, "none", "standard"],
    printed: ["full", "full"],
  },
  debug: flag(false),
  "log-request-body": bodyMode,
  "log-response-body": bodyMode,
  "log-max-body-size": {
    valid: [
      ["0", 0],
      ["512", 512],
      ["12b", 12],
      ["64kb", 65_536],
      ["1.5 MB", 1_572_864],
      ["1gb", 1024 ** 3],
      ["2tb", 2 * 1024 ** 4],
    ],
    unusable: ["", "-1", "big", "9000tb", "1kib"],
    absent: 65_536,
    defaults: [null, 65_536, null],
    printed: [4096, "4096"],
  },
  "log-exclude-headers": {
    valid: [
      ["Authorization, , X-Session", ["authorization", "x-session"]],
      ["", []],
    ],
    unusable: [],
    absent: ["authorization", "cookie", "set-cookie", "x-token", "x-api-key", "proxy-authorization"],
    defaults: [
      [],
      ["authorization", "cookie", "set-cookie", "x-token", "x-api-key", "proxy-authorization"],
      [],
    ],
    printed: [["a", "b"], "a, b"],
  },
  "log-retention-days": {
    valid: [
      ["0", 0],
      ["3650", 3650],
    ],
    unusable: ["", "-1", "3651", "1.5"],
    absent: 30,
    defaults: [null, 30, null],
    printed: [7, "7"],
  },
  cors: {
    valid: [
      ["reflective", "reflective"],
      ["*", "*"],
      ["none", null],
      ["https://App.example.com:443/", "https://app.example.com"],
      ["http://localhost:3000", "http://localhost:3000"],
    ],
    unusable: [
      "",
      "true",
      "example.com",
      "ftp://a",
      "https://a, https://b",
      "https://a,https://b",
      "https://u@a",
    ],
    absent: null,
    defaults: [null, null, null],
    printed: [null, "none"],
  },
  "cors-credentials": flag(false),
  "cors-methods": {
    valid: [["GET, POST", "GET, POST"]],
    unusable: ["", ",", "GET POST", "GET;POST"],
    absent: "GET,POST,PUT,PATCH,DELETE,OPTIONS",
    defaults: [null, "GET,POST,PUT,PATCH,DELETE,OPTIONS", null],
    printed: ["GET, POST", "GET, POST"],
  },
  "cors-headers": {
    valid: [
      ["Content-Type,X-Session", "Content-Type,X-Session"],
      ["*", "*"],
    ],
    unusable: ["", "Content Type", "a:b"],
    absent: null,
    defaults: [null, null, null],
    printed: ["Content-Type", "Content-Type"],
  },
  "cors-max-age": {
    valid: [
      ["0", 0],
      ["+600", 600],
    ],
    unusable: ["", "-1", "10m"],
    absent: 86_400,
    defaults: [null, 86_400, null],
    printed: [600, "600"],
  },
  ai: flag(true, false),
  "ai-model": {
    valid: [
      ["minimax/minimax-m2.5", "minimax/minimax-m2.5"],
      ["a/b/c:free", "a/b/c:free"],
    ],
    unusable: ["", "gpt", "/m", "v/", "v /m"],
    absent: "minimax/minimax-m2.5",
    defaults: [null, "minimax/minimax-m2.5", null],
    printed: ["a/b", "a/b"],
  },
  "ai-temperature": {
    valid: [
      ["0", 0],
      [".7", 0.7],
      ["2", 2],
      ["1e-1", 0.1],
    ],
    unusable: ["", "-0.1", "2.1", "0x1", "warm"],
    absent: null,
    defaults: [null, null, null],
    printed: [0.7, "0.7"],
  },
  "ai-max-tokens": {
    valid: [["2000", 2000]],
    unusable: ["", "0", "1.5", "99999999999999999999"],
    absent: null,
    defaults: [null, null, null],
    printed: [2000, "2000"],
  },
  "ai-key": line,
  description: line,
  tags: {
    valid: [
      ["billing, internal,,", ["billing", "internal"]],
      ["", []],
    ],
    unusable: [],
    absent: [],
    defaults: [[], [], []],
    printed: [["a", "b"], "a, b"],
  },
  label: line,
  rawBody: flag(false),
  "return-type": line,
  "return-type-mode": {
    valid: [
      ["strict", "strict"],
      ["dev", "dev"],
      ["warn", "warn"],
    ],
    unusable: ["", "loose"],
    absent: "strict",
    defaults: ["strict", "strict", "strict"],
    printed: ["dev", "dev"],
  },
  "websocket-pre": flag(true),
  "loop-limit": duration(null, [null, 2000, null]),
};

test("the thirty public directives are in the table in the order of the documents, then those of this product", () => {
  const names: readonly string[] = Object.keys(LISTED);
  expect(names).toHaveLength(31);
  expect(names).toEqual(Object.keys(ROWS).filter(isListedName));
});

test("names that every object has are no directives", () => {
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    expect(isDirectiveName(name)).toBe(false);
    expect(isListedName(name)).toBe(false);
  }
});

for (const [key, row] of Object.entries(ROWS)) {
  const name = key as DirectiveName;
  describe(`@${name}`, () => {
    const { grammar, defaults } = directiveOf(name);

    test.each(row.valid.map(([text, value]) => ({ text, value })))('reads "$text"', ({ text, value }) => {
      const parsed = parseDirectives(`// @${name} ${text}\nreturn 1;`);
      expect(effectiveValue(parsed.effective, name)).toEqual(value);
      expect(parsed.warnings).toEqual([]);
    });

    if (row.unusable.length > 0) {
      test.each(row.unusable)('falls back with a warning at "%s"', (text) => {
        const parsed = parseDirectives(`// @${name} ${text}\nreturn 1;`);
        expect(effectiveValue(parsed.effective, name)).toEqual(row.absent);
        expect(parsed.declared).toEqual({});
        expect(parsed.warnings).toEqual([
          { directive: `@${name}`, value: text, message: expect.stringContaining("expected") },
        ]);
      });
    }

    test("has its defaults when absent", () => {
      expect(effectiveValue(parseDirectives("return 1;").effective, name)).toEqual(row.absent);
      expect<unknown>([defaults.omitted, defaults.runtime, defaults.sdk]).toEqual([...row.defaults]);
    });

    test("prints a value so that it is read as the same", () => {
      const [value, text] = row.printed;
      expect(grammar.print(value)).toBe(text);
      expect(grammar.parse(text)).toEqual({ kind: "value", value });
    });

    test("prints every value of the rows so that it is read as the same", () => {
      for (const [, value] of row.valid) {
        expect(grammar.parse(grammar.print(value))).toEqual({ kind: "value", value });
      }
    });
  });
}

test("every entry has a description without a full stop and examples that are read without a warning", () => {
  for (const [name, entry] of Object.entries(LISTED)) {
    expect(entry.description).toMatch(/^[A-Z][^.]+$/);
    for (const example of entry.examples ?? []) {
      const { declared, warnings } = parseDirectives(example);
      expect(Object.keys(declared)).toContain(name);
      expect(warnings).toEqual([]);
    }
  }
  expect(Object.keys(DIRECTIVES)).toHaveLength(35);
});

function effectiveValue(effective: Directives, name: DirectiveName): unknown {
  return effective[name];
}
