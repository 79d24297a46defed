import { describe, expect, test } from "bun:test";
import { TraceMap } from "@jridgewell/trace-mapping";
import {
  type CompiledUnit,
  excerptOf,
  firstScriptFrame,
  toAuthorPlace,
  toAuthorStack,
} from "../../../src/compiler/positions.ts";
import { prepareScript } from "../../../src/compiler/prepare.ts";

const SOURCE = "boom(1);\n  null.deep.er;\nthrow new Error (1);\n";
const unit: CompiledUnit = { file: "default/1/a.ts", source: SOURCE, prefixLength: 10, map: null };
const lookup = (file: string) => (file === unit.file ? unit : null);

describe("toAuthorPlace", () => {
  test.each([
    ["line 1 without what was put before it", { line: 1, column: 11 }, { line: 1, column: 1 }],
    ["never before the beginning", { line: 1, column: 3 }, { line: 1, column: 1 }],
    ["other lines as they are", { line: 2, column: 3 }, { line: 2, column: 3 }],
    ["the name before a parenthesis", { line: 1, column: 15 }, { line: 1, column: 1 }],
    ["the name before white space and a parenthesis", { line: 3, column: 17 }, { line: 3, column: 11 }],
    ["the name behind a dot", { line: 2, column: 7 }, { line: 2, column: 8 }],
    ["a line that is not there", { line: 99, column: 5 }, { line: 99, column: 5 }],
  ])("%s", (_what, compiled, author) => {
    expect(toAuthorPlace(unit, compiled)).toEqual(author);
  });

  test("goes back through the source map", () => {
    const source = "enum A { B }\n\n\nfunction f(): never { throw new Error('x'); }\n";
    const { body, map } = prepareScript(source, "a.ts");
    const lines = body.split("\n");
    const at = lines.findIndex((text) => text.includes("throw"));
    const column = (lines[at] ?? "").indexOf("Error") + 1;
    const mapped = { file: "a.ts", source, prefixLength: 0, map };
    expect(toAuthorPlace(mapped, { line: at + 1, column })).toEqual({
      line: 4,
      column: (source.split("\n")[3] ?? "").indexOf("Error") + 1,
    });
  });

  test("a place that the map does not know stays as it is", () => {
    const empty = new TraceMap({ version: 3, sources: [], names: [], mappings: "" });
    expect(toAuthorPlace({ ...unit, map: empty }, { line: 5, column: 6 })).toEqual({ line: 5, column: 6 });
  });
});

describe("firstScriptFrame", () => {
  test.each([
    ["a named frame", "    at f (default/1/a.ts:2:3)"],
    ["a frame without a name", "    at default/1/a.ts:2:3"],
    ["an async frame", "    at async f (default/1/a.ts:2:3)"],
    ["a method", "    at new Shop (default/1/a.ts:2:3)"],
  ])("reads %s", (_what, row) => {
    expect(firstScriptFrame(`Error: x\n${row}`, lookup)).toEqual({ file: unit.file, line: 2, column: 3 });
  });

  test("skips frames of the server and of built-ins", () => {
    const stack =
      "Error: x\n    at a (native)\n    at b (/srv/src/x.ts:1:2)\n    at c (node:fs:3:4)\n    at d (default/1/a.ts:2:3)";
    expect(firstScriptFrame(stack, lookup)).toMatchObject({ line: 2 });
  });

  test("a message that looks like a place is none", () => {
    expect(firstScriptFrame("Error: see default/1/a.ts:1:1", lookup)).toBeNull();
  });

  test("file names may hold brackets and dots", () => {
    const named = { ...unit, file: "default/1/users/[id].v2.ts" };
    const found = firstScriptFrame("    at f (default/1/users/[id].v2.ts:2:3)", (file) =>
      file === named.file ? named : null,
    );
    expect(found).toMatchObject({ file: named.file, line: 2 });
  });

  test("a very long line costs no time that grows with its square", () => {
    expect(firstScriptFrame(`    at ${"x".repeat(5_000_000)}`, lookup)).toBeNull();
  });
});

describe("toAuthorStack", () => {
  test("keeps the message, scripts, packages and built-ins; drops the server", () => {
    const stack = [
      "Error: x",
      "    at f (default/1/a.ts:1:11)",
      "    at g (/srv/scripts/node_modules/p/index.js:5:6)",
      "    at h (node:events:1:1)",
      "    at i (/srv/app/src/engine/executor.ts:1:1)",
      "    at j (native)",
    ].join("\n");
    expect(toAuthorStack(stack, lookup, "/srv/scripts")).toBe(
      "Error: x\n    at f (default/1/a.ts:1:1)\n    at g (node_modules/p/index.js:5:6)\n    at h (node:events:1:1)",
    );
  });

  test("a directory that only begins like the scripts root is not it", () => {
    expect(toAuthorStack("    at f (/srv/scripts-old/x.js:1:1)", lookup, "/srv/scripts")).toBe("");
  });
});

test("excerptOf shows the lines of a frame, null for a file that is not known", () => {
  expect(excerptOf({ file: unit.file, line: 2, column: 3 }, lookup)).toContain("> 2 |   null.deep.er;");
  expect(excerptOf({ file: "other", line: 1, column: 1 }, lookup)).toBeNull();
});
