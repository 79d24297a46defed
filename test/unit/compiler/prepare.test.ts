import { describe, expect, test } from "bun:test";
import { CompileError } from "../../../src/compiler/compile-error.ts";
import { prepareScript } from "../../../src/compiler/prepare.ts";

const prepare = (source: string, file = "a.ts") => prepareScript(source, file);

describe("prepareScript", () => {
  test.each<[what: string, source: string, transformations: readonly string[]]>([
    ["plain statements", "return 1", []],
    ["module.exports", "module.exports = () => 1", ["module-exports-to-direct"]],
    ["exports.x", "exports.handler = () => 1", ["module-exports-to-direct"]],
    ["export default", "export default () => 1", ["export-default-to-direct"]],
    ["named exports", "export const GET = () => 1", ["esm-export-to-direct"]],
    ["imports", 'import a from "a";\nreturn a', ["esm-import-to-require"]],
    ["a Markdown fence", "```ts\nreturn 1\n```", ["strip-markdown-fence"]],
    ["a module of its own name", "const module = {}; module.exports = 1", []],
  ])("names the rewrites of %s", (_what, source, transformations) => {
    expect(prepare(source).transformations).toEqual(transformations);
  });

  test("lists every module once, in import, export, require and import()", () => {
    const source = `import a from "a"; import "b"; export * from "c"; export { d } from "d";
import type { T } from "types-only";
const e = require("e"); const again = require("a"); await import("f"); require(name); import.meta.url;
export const all = [a, d, e, again];`;
    expect([...prepare(source).modules].sort()).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  test("an import that only types use is dropped from TypeScript, kept in JavaScript", () => {
    const source = 'import { A } from "x";\nreturn 1';
    expect(prepare(source).modules).toEqual([]);
    expect(prepare(source, "a.js").modules).toEqual(["x"]);
  });

  test.each([
    ["return 1", false],
    ["await 1", true],
    ["for await (const x of y) {}", true],
    ["await using x = y", true],
    ["async function f() { await 1 }", false],
    ["const f = async () => { for await (const x of y) {} }", false],
    ["class A { static async f() { await 1 } }", false],
  ])("%j awaits at its top level: %p", (source, isAsync) => {
    expect(prepare(source, "a.js").isAsync).toBe(isAsync);
  });

  test("keeps lines and columns while types can be blanked, and has a map otherwise", () => {
    const blanked = prepare("const a: number = 1;\nreturn a");
    expect(blanked.map).toBeNull();
    expect(blanked.body).toBe("const a         = 1;\nreturn a");
    expect(prepare("enum A { B }\nreturn A.B").map).not.toBeNull();
  });

  test("never changes the source it was given", () => {
    const source = "\uFEFF#!/usr/bin/env bun\nexport default 1";
    expect(prepare(source).source).toBe(source);
  });

  test("free names are those that nothing in the file declares", () => {
    const { freeNames, assignedNames } = prepare(
      "const a = req.body; function f(x) { return x + shared.y + z } counter = 1; typeof gone; ({ key: a, short })",
      "a.js",
    );
    expect([...freeNames].sort()).toEqual(["counter", "gone", "req", "shared", "short", "z"]);
    expect([...assignedNames]).toEqual(["counter"]);
  });

  test.each<[what: string, source: string, file: string, line: number, column: number]>([
    ["a missing value", "const a = 1;\nconst b = ;", "a.ts", 2, 11],
    ["the end of the file", "if (1) {", "a.js", 1, 9],
    ["a second declaration", "const a = 1;\nconst a = 2;", "a.js", 2, 7],
    ["a mistake after an enum", "enum A { B }\n\nconst = 1", "a.ts", 3, 7],
    ["a mistake behind a shebang and a mark", "\uFEFF// x\nconst = 1", "a.js", 2, 7],
    ["a mistake inside a fence", "```js\nconst = 1\n```", "a.js", 2, 7],
  ])("tells the place of %s", (_what, source, file, line, column) => {
    let thrown: unknown;
    try {
      prepare(source, file);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(CompileError);
    expect(thrown).toMatchObject({ file, line, column });
    expect((thrown as CompileError).excerpt).toContain(`> ${line} |`);
  });

  test("a .js file may hold TypeScript; when it is neither, JavaScript decides about the message", () => {
    expect(prepare("const a: number = 1; return a", "a.js").body).toBe("const a         = 1; return a");
    expect(() => prepare("const a: = 1", "a.js")).toThrow(CompileError);
  });

  test.each([
    ["a.ts", "with (a) { b }"],
    ["a.js", "with (a) { b }"],
    ["a.js", "var x = 010"],
    ["a.js", "delete x"],
    ["a.js", "return arguments"],
  ])("sloppy code is taken in %s: %s", (file, source) => {
    expect(() => prepare(source, file)).not.toThrow();
  });
});
