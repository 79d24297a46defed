import { expect, test } from "bun:test";
import { scanHeader } from "../../../src/directives/scan.ts";

/** `name=value@line` of each header line, which is all that most rules are about. */
function scanned(source: string): string[] {
  return scanHeader(source).map(({ name, value, line }) => `${name}=${value}@${line}`);
}

test("reads name and trimmed value of each comment line", () => {
  expect(scanned("// @timeout 5s  \n//\t@label   A b\n")).toEqual(["timeout=5s@1", "label=A b@2"]);
});

test("a name may stand bare", () => {
  expect(scanned("// @websocket\n// @debug \n")).toEqual(["websocket=@1", "debug=@2"]);
});

test("white space between the name and its value is optional", () => {
  expect(scanned("// @cors*\n// @timeout:5")).toEqual(["cors=*@1", "timeout=:5@2"]);
});

test("letter case of a name is kept, because it matters", () => {
  expect(scanned("// @Timeout 5")).toEqual(["Timeout=5@1"]);
});

test("a line without white space after the slashes is marked", () => {
  expect(scanHeader("//@ts-check\n// @mode worker").map(({ spaced }) => spaced)).toEqual([false, true]);
});

test("blank lines and other comment lines may stand between", () => {
  expect(scanned("\n// hello\n// @timeout 5\n\n   \n/// @label x\n// see @label y\n// @tags a")).toEqual([
    "timeout=5@3",
    "tags=a@8",
  ]);
});

test("the first line of code ends the header", () => {
  expect(scanned("// @timeout 5\nconst a = 1;\n// @label x")).toEqual(["timeout=5@1"]);
  expect(scanned('"use strict";\n// @label x')).toEqual([]);
  expect(scanned("return 1 // @label x")).toEqual([]);
});

test("indented comment lines count", () => {
  expect(scanned("  // @timeout 5\n\t// @label x")).toEqual(["timeout=5@1", "label=x@2"]);
});

test("a byte order mark and a shebang are skipped", () => {
  expect(scanned("\uFEFF// @timeout 5")).toEqual(["timeout=5@1"]);
  expect(scanned("#!/usr/bin/env bun\n// @timeout 5")).toEqual(["timeout=5@2"]);
  expect(scanned("\uFEFF#!/usr/bin/env bun\r\n// @timeout 5")).toEqual(["timeout=5@2"]);
});

test("a shebang is one only on the first line", () => {
  expect(scanned("\n#!/usr/bin/env bun\n// @timeout 5")).toEqual([]);
});

test("block comments are skipped, and directives inside them are not read", () => {
  expect(scanned("/* one */ /* two\n// @label x\n * @tags y\n*/\n// @timeout 5")).toEqual(["timeout=5@5"]);
});

test("a comment line may follow a block comment on its last line", () => {
  expect(scanned("/* license\n */ // @timeout 5\ncode")).toEqual(["timeout=5@2"]);
});

test("code behind a block comment ends the header", () => {
  expect(scanned("/* a */ code();\n// @timeout 5")).toEqual([]);
});

test("a block comment that never ends holds no directive", () => {
  expect(scanned("// @timeout 5\n/* \n// @label x")).toEqual(["timeout=5@1"]);
});

test("an opening of a block comment inside a line comment opens nothing", () => {
  expect(scanned("// @schedule */5 * * * * /*\n// @label x")).toEqual([
    "schedule=*/5 * * * * /*@1",
    "label=x@2",
  ]);
});

test.each([
  ["line feed", "\n"],
  ["carriage return and line feed", "\r\n"],
  ["carriage return", "\r"],
  ["line separator", "\u2028"],
  ["paragraph separator", "\u2029"],
])("lines may end with a %s", (_name, end) => {
  expect(scanned(["// @timeout 5", "", "// @label x", "code"].join(end))).toEqual([
    "timeout=5@1",
    "label=x@3",
  ]);
});

test("line 50 is read and line 51 is not", () => {
  expect(scanned(`${"\n".repeat(49)}// @timeout 5\n// @label x`)).toEqual(["timeout=5@50"]);
  expect(scanned(`/*${"\n".repeat(50)}*/ // @timeout 5`)).toEqual([]);
});

test("offsets enclose the comment without its line end", () => {
  const source = "/* a */ // @timeout 5s \r\ncode";
  const [line] = scanHeader(source);
  expect(source.slice(line!.start, line!.end)).toBe("// @timeout 5s ");
});

test("an empty source has no directives", () => {
  expect(scanHeader("")).toEqual([]);
});
