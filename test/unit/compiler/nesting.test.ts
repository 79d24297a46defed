// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources under test hold templates
import { describe, expect, test } from "bun:test";
import { CompileError } from "../../../src/compiler/compile-error.ts";
import { refuseDeepNesting } from "../../../src/compiler/nesting.ts";

const check = (source: string) => () => refuseDeepNesting(source, "default/1/a.js");

describe("a source nested too deep is refused before the parser sees it", () => {
  test.each([
    ["parentheses", "(".repeat(20_000)],
    ["brackets and braces", "[{a:".repeat(5_000)],
    ["functions", "function f(){".repeat(5_000)],
    ["templates", "`${".repeat(5_000)],
    ["conditionals", `a = ${"a ? b : ".repeat(5_000)}c`],
    ["arrow functions", `a = ${"a => ".repeat(5_000)}1`],
    ["assignments", `${"a = ".repeat(5_000)}1`],
    ["alternatives", `if (a) b()\n${"else if (a) b()\n".repeat(5_000)}`],
    ["negations", `a = ${"!".repeat(5_000)}b`],
    ["terms", `a = ${"1 + ".repeat(30_000)}1`],
    ["members", `a${".b".repeat(30_000)}`],
    ["calls", `a${"()".repeat(30_000)}`],
    ["alternatives in braces", `if (a) {}${"else if (a) {}".repeat(5_000)}`],
    ["loops", `${"for (;;) ".repeat(5_000)}a()`],
    ["type arguments", `let a: ${"A<".repeat(5_000)}B${">".repeat(5_000)}`],
    ["type assertions", `a = 1${" as any".repeat(5_000)}`],
    ["templates called with templates", "``".repeat(500_000)],
    ["decorators without a name", "@".repeat(60_000)],
    ["decorators of decorators", `class A { ${"@ /* a */ @\n".repeat(5_000)}b() {} }`],
    ["behind a comment and a string", `// (((\nconst a = "(";\n${"(".repeat(600)}`],
  ])("%s", (_name, source) => {
    expect(check(source)).toThrow(CompileError);
  });

  test("with the place of the first bracket over the limit", () => {
    try {
      check(`const a =\n${"[".repeat(1_000)}`)();
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ file: "default/1/a.js", line: 2, column: 501, check: "syntax" });
    }
  });
});

describe("a source of ordinary depth passes, whatever its texts hold", () => {
  test.each([
    ["nested as deep as anybody writes", `${"[".repeat(400)}${"]".repeat(400)}`],
    ["with strings that open brackets", 'const a = "(";\n'.repeat(2_000)],
    ["with comments that open brackets", "// see (\n/* [ { */\n".repeat(2_000)],
    ["with addresses in templates", "fetch(`https://${host}/a`);\n".repeat(2_000)],
    ["with quotes in regular expressions", "a.replace(/['\"]/g, (b) => [b]);\n".repeat(2_000)],
    ["with thousands of members", `a = {${"b: 1, ".repeat(5_000)}}`],
    ["without semicolons", "exports.a = b ? 1 : 2\n".repeat(5_000)],
    ["with a thousand lines joined", `a = ${'"row" +\n'.repeat(5_000)}""`],
    ["with HTML in a template", `a = \`${"<li><a>text</a></li>\n".repeat(5_000)}\``],
    ["with many conditions", "if (a === 1) { return call(a, { b: 2 }, [3, 4, 5]); }\n".repeat(5_000)],
    ["with decorators", "class A { @a @b() @c.d e = 1; @(f) @g\n@h\ni() {} }\n".repeat(2_000)],
    ["with many decorators of one class", `${"@a @b()\n".repeat(5_000)}class A {}`],
    ["with addresses of mail in a template", `a = \`${"ada@example.com ${b} ".repeat(5_000)}\``],
    ["long", "call({ a: [1, 2, 3] });\n".repeat(50_000)],
  ])("%s", (_name, source) => {
    expect(check(source)).not.toThrow();
  });
});

test.each([
  ["string", `a = "${"x".repeat(8_000_000)}"`],
  ["string with escapes", `a = '${`${"x".repeat(100)}\\n`.repeat(80_000)}'`],
  ["template", `a = \`${"x".repeat(8_000_000)}\``],
  ["comment", `/*${"x".repeat(8_000_000)}*/`],
])("a %s of 8 MB is stepped over at once", (_name, source) => {
  const startedMs = performance.now();
  expect(check(source)).not.toThrow();
  // One step for each character took 9 s.
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
