import { expect, test } from "bun:test";
import { directiveLines, parseDirectives } from "../../../src/directives/parse.ts";

test("declared holds only what the file says, effective everything", () => {
  const { declared, effective, warnings } = parseDirectives("// @cors *\n// @timeout 5000\nreturn 1;");
  expect(declared).toEqual({ cors: "*", timeout: 5000 });
  expect(effective.timeout).toBe(5000);
  expect(effective.mode).toBe("serverless");
  expect(warnings).toEqual([]);
});

test("a source without directives declares nothing", () => {
  const { declared, warnings, returnType } = parseDirectives("return 1;");
  expect(declared).toEqual({});
  expect(warnings).toEqual([]);
  expect(returnType).toBeNull();
});

test("unknown names and names in another letter case are ignored without a warning", () => {
  const source = "// @method GET\n// @route /a\n// @Timeout 5\n// @constructor x\n// @ts-nocheck\n";
  const { declared, warnings } = parseDirectives(source);
  expect(declared).toEqual({});
  expect(warnings).toEqual([]);
});

test("the last line of a directive wins", () => {
  const { declared } = parseDirectives("// @timeout 1\n// @label a\n// @timeout 2\n");
  expect(declared).toEqual({ timeout: 2, label: "a" });
});

test("an unusable last line overrules a usable one above it", () => {
  const { declared, warnings } = parseDirectives("// @timeout 1\n// @timeout soon\n");
  expect(declared).toEqual({});
  expect(warnings.map(({ value }) => value)).toEqual(["soon"]);
});

test("an unusable value is a warning with the raw text", () => {
  const { warnings } = parseDirectives("// @timeout abc\n");
  expect(warnings).toEqual([
    {
      directive: "@timeout",
      value: "abc",
      message: 'Cannot use "abc": expected milliseconds, or a number with one of the units ms s m h d',
    },
  ]);
});

test("warnings stand in the order of their lines", () => {
  const { warnings } = parseDirectives("// @mode x\n// @timeout y\n// @enabled z\n");
  expect(warnings.map(({ directive }) => directive)).toEqual(["@mode", "@timeout", "@enabled"]);
});

test("several tokens accumulate, and the last one is the token", () => {
  const { declared, effective } = parseDirectives("// @token a the first\n// @token b\n");
  expect(declared).toEqual({ token: "b", tokens: ["a", "b"] });
  expect(effective.tokens).toEqual(["a", "b"]);
});

test("without a token the script is open and tokens are not declared", () => {
  const { declared, effective } = parseDirectives("return 1;");
  expect(effective.tokens).toEqual([]);
  expect(Object.hasOwn(declared, "tokens")).toBe(false);
});

test("sixteen tokens count; a further one is a warning that does not show it", () => {
  const lines = Array.from({ length: 17 }, (_, index) => `// @token secret-${index}`);
  const { effective, warnings } = parseDirectives(lines.join("\n"));
  expect(effective.tokens).toHaveLength(16);
  expect(effective.token).toBe("secret-15");
  expect(warnings).toHaveLength(1);
  expect(JSON.stringify(warnings)).not.toContain("secret-16");
});

test("a directive without white space after the slashes commands nothing, and is a warning", () => {
  const { declared, warnings } = parseDirectives("//@token hush\n//@ts-check\n// @timeout 5\n//@timeout 6\n");
  expect(declared).toEqual({ timeout: 5 });
  expect(warnings).toEqual([
    {
      directive: "@token",
      value: "[REDACTED]",
      message: 'Cannot use "[REDACTED]": expected white space between // and @token',
    },
    {
      directive: "@timeout",
      value: "6",
      message: 'Cannot use "6": expected white space between // and @timeout',
    },
  ]);
});

test("unlisted lines work but are not declared", () => {
  const source = "// @rawBody\n// @websocket-pre false\n// @return-type string\n";
  const { declared, effective } = parseDirectives(source);
  expect(declared).toEqual({});
  expect(effective.rawBody).toBe(true);
  expect(effective["websocket-pre"]).toBe(false);
});

test("a return type comes with its mode and line", () => {
  const source = "// @label x\n// @return-type { id: number }\n// @return-type-mode dev\n";
  expect(parseDirectives(source).returnType).toEqual({ definition: "{ id: number }", mode: "dev", line: 2 });
});

test("a return type is strict unless it says otherwise, and the last one wins", () => {
  const { returnType } = parseDirectives("// @return-type string\n// @return-type number\n");
  expect(returnType).toEqual({ definition: "number", mode: "strict", line: 2 });
});

test("a return type without a definition is a warning", () => {
  const { returnType, warnings } = parseDirectives("// @return-type\n// @return-type-mode dev\n");
  expect(returnType).toBeNull();
  expect(warnings.map(({ directive }) => directive)).toEqual(["@return-type"]);
});

test("the lines of directives include overruled and unusable ones", () => {
  const source = "// @timeout 1\n// @timeout x\n//@label a\n// @unknown\n";
  expect(directiveLines(source).map(({ line }) => line)).toEqual([1, 2]);
});
