import { describe, expect, test } from "bun:test";
import { parseSync } from "oxc-parser";
import { CompileError } from "../../../src/compiler/compile-error.ts";
import { parseScript } from "../../../src/compiler/parse.ts";

/** Characters of the texts: the parser alone takes 20 s and more to describe the mistakes of one. */
const LENGTH = 60_000;

function mistakeOf(text: string, file: string): CompileError {
  try {
    parseScript(text, file);
  } catch (thrown) {
    if (thrown instanceof CompileError) return thrown;
    throw thrown;
  }
  throw new Error("It was taken");
}

// What fails here does so by the time limit of a test: without beginnings each row takes several times as long.
describe("a long text of mistakes is refused at the first of them", () => {
  test.each(["\\", "let a=1;", "1_;", "super;", "a.#b;", "\\\n", "let a=1;\n"])("%j repeated", (token) => {
    const error = mistakeOf(token.repeat(LENGTH / token.length), "a.ts");
    const { message, line, column } = mistakeOf(token.repeat(3), "a.ts");
    expect(error).toMatchObject({ message, line, column });
    expect(error.excerpt.length).toBeLessThan(1_000);
  });

  test("behind 48,000 characters without one", () => {
    const good = "f(1);".repeat(9_600);
    const { message, column } = mistakeOf("\\\\", "a.js");
    const error = mistakeOf(good + "\\".repeat(LENGTH), "a.js");
    expect(error).toMatchObject({ message, line: 1, column: good.length + column });
  });

  test("also of what is no mistake in small numbers", () => {
    const error = mistakeOf("return;".repeat(20_000), "a.js");
    expect(error.message).toStartWith("Cannot parse so many of these: A 'return' statement");
  });
});

describe("a long text answers like a short one", () => {
  const filler = (count: number) =>
    Array.from({ length: count }, (_, at) => `const v${at} = "ü😀${at}";\n`).join("");

  test.each([
    ["js", "const = 1;"],
    ["js", "let v3 = 1;"],
    ["js", "f(;"],
    ["js", "break;"],
    ["js", "const text = 'no end"],
    ["js", "const text = `no end"],
    ["ts", "const a: number = ;"],
    ["ts", "class A { constructor(private) {} a b }"],
    ["ts", "type = 1 +"],
  ] as const)("%s: %s", (language, mistake) => {
    for (const after of ["", filler(1_000)]) {
      const text = `${filler(500)}${mistake}\n${after}`;
      const parsed = parseSync(`a.${language}`, text, {
        lang: language,
        sourceType: "module",
        showSemanticErrors: true,
      });
      const labels = parsed.errors[0]?.labels ?? [];
      const label = /already been declared/.test(parsed.errors[0]?.message ?? "") ? labels.at(-1) : labels[0];
      const start = label?.start ?? Number.NaN;
      const before = text.slice(0, start).split("\n");
      expect(mistakeOf(text, `a.${language}`)).toMatchObject({
        message: parsed.errors[0]?.message,
        line: before.length,
        column: (before.at(-1)?.length ?? 0) + 1,
      });
    }
  });

  test("with exports before what they name, types, await and 2,000 lines that return", () => {
    const routes = Array.from({ length: 2_000 }, (_, at) => `if (path === "/${at}") return ${at};\n`).join(
      "",
    );
    const text = `const path: string = await Promise.resolve("/7");\n${routes}`;
    expect(() => parseScript(text, "a.ts")).not.toThrow();
    const names = Array.from({ length: 3_000 }, (_, at) => `w${at}`);
    const exports = `export {${names.join(",")}};${names.map((name) => `let ${name}=1;`).join("")}`;
    expect(() => parseScript(exports, "a.js")).not.toThrow();
  });
});
