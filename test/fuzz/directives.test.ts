import { expect, test } from "bun:test";
import fc from "fast-check";
import { editDirectives } from "../../src/directives/edit.ts";
import { parseDirectives } from "../../src/directives/parse.ts";
import { scanHeader } from "../../src/directives/scan.ts";
import { directiveOf, LISTED, type ListedName } from "../../src/directives/table.ts";
import { isExecError } from "../../src/errors/exec-error.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
console.log(`directives fuzz: FUZZ_SEED=${seed}`);
const options = { seed, numRuns: Number(process.env["FUZZ_RUNS"] ?? 500) };

const NAMES = Object.keys(LISTED) as ListedName[];
const names = fc.constantFrom(...NAMES);

/** Pieces of which headers are made, so that random texts reach every rule of the scanner. */
const headerText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "//",
        "// @",
        "//@",
        "/*",
        "*/",
        "\n",
        "\r\n",
        "\r",
        "\u2028",
        "\uFEFF",
        "#!",
        " ",
        "code()",
      ),
      names.map((name) => `// @${name} `),
      fc.constantFrom("5s", "true", "none", "*", "a,b", "https://a.example", "@daily", "0.5", "[REDACTED]"),
      fc.string({ unit: "binary", maxLength: 8 }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(""));

/** Values by name that an update accepts, by way of texts that the grammar reads. */
const acceptedValue: fc.Arbitrary<readonly [ListedName, unknown]> = fc
  .tuple(
    names,
    fc.oneof(
      fc.integer({ min: 1, max: 2 }),
      fc.boolean(),
      fc.constantFrom("5s", "none", "worker", "full", "off", "*", "GET, POST", "a/b", "@daily", "word"),
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 3 }),
      fc.constant(null),
    ),
  )
  .filter(([name, value]) => isAccepted(name, value));

test("the parser never throws and always answers every directive, whatever the text", () => {
  fc.assert(
    fc.property(fc.oneof(headerText, fc.string({ unit: "binary", maxLength: 300 })), (source) => {
      const { effective, warnings } = parseDirectives(source);
      for (const name of NAMES) expect(Object.hasOwn(effective, name)).toBe(true);
      for (const { directive } of warnings) expect(directive).toStartWith("@");
    }),
    options,
  );
});

test("offsets of header lines always enclose a comment of one line", () => {
  fc.assert(
    fc.property(headerText, (source) => {
      for (const { start, end, line } of scanHeader(source)) {
        expect(source.slice(start, end)).toMatch(/^\/\/.*$/);
        expect(line).toBe(1 + (source.slice(0, start).match(/\r\n|[\n\r\u2028\u2029]/g)?.length ?? 0));
      }
    }),
    options,
  );
});

test("what an edit wrote is read back, and other directives stay as they were", () => {
  fc.assert(
    fc.property(headerText, fc.array(acceptedValue, { maxLength: 6 }), (source, pairs) => {
      const comments = withoutCorsConflict(Object.fromEntries(pairs));
      const edited = tryEdit(source, comments);
      if (edited === null) return;
      const before = parseDirectives(source).declared;
      const after = parseDirectives(edited).declared;
      for (const name of NAMES) {
        if (Object.hasOwn(comments, name))
          expect<unknown>(after[name]).toEqual(written(name, comments[name]));
        else expect(after[name]).toEqual(before[name]);
      }
    }),
    options,
  );
});

test("an edit keeps every byte that is no directive it was asked to change", () => {
  fc.assert(
    fc.property(headerText, acceptedValue, (source, [name, value]) => {
      const edited = tryEdit(source, { [name]: value });
      if (edited !== null) expect(withoutLinesOf(name, edited)).toBe(withoutLinesOf(name, source));
    }),
    options,
  );
});

test("the same edit twice changes nothing the second time", () => {
  fc.assert(
    fc.property(headerText, acceptedValue, (source, [name, value]) => {
      const once = tryEdit(source, { [name]: value });
      if (once !== null)
        expect(editDirectives(once, { [name]: value })).toMatchObject({ source: once, changes: [] });
    }),
    options,
  );
});

test("an edit of arbitrary values either succeeds or is refused as the caller's mistake", () => {
  fc.assert(
    fc.property(headerText, fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })), (source, comments) => {
      const edited = tryEdit(source, comments);
      if (edited !== null) expect(() => parseDirectives(edited)).not.toThrow();
    }),
    options,
  );
});

/** The edited source, or null when the edit is refused with 4xx. */
function tryEdit(source: string, comments: Record<string, unknown>): string | null {
  try {
    return editDirectives(source, comments).source;
  } catch (error) {
    if (isExecError(error) && error.status < 500) return null;
    throw error;
  }
}

function isAccepted(name: ListedName, value: unknown): boolean {
  return tryEdit("", { [name]: value }) !== null;
}

/** What the header declares after `value` was written: undefined for a removal. */
function written(name: ListedName, value: unknown): unknown {
  const { declared } = parseDirectives(editDirectives("", { [name]: value }).source);
  return declared[name];
}

function withoutCorsConflict(comments: Record<string, unknown>): Record<string, unknown> {
  if (!Object.hasOwn(comments, "cors") || written("cors", comments["cors"]) !== null) return comments;
  return Object.fromEntries(
    Object.entries(comments).filter(
      ([key]) => key === "cors" || directiveOf(key as ListedName).category !== "cors",
    ),
  );
}

/** A source without the comments of one directive, and without white space, which an edit may add or take around. */
function withoutLinesOf(name: string, source: string): string {
  const lines = scanHeader(source).filter((line) => line.name === name && line.spaced);
  const kept = lines.reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), source);
  return kept.replaceAll(/[\s\uFEFF]/g, "");
}
