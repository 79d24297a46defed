import { expect, test } from "bun:test";
import { applyPatches, insertion, removal } from "../../../src/directives/patch.ts";

/** Where a text stands in a source. */
function spanOf(source: string, text: string) {
  const start = source.indexOf(text);
  return { start, end: start + text.length };
}

test("patches are applied by position, whatever their order", () => {
  const patches = [
    { start: 4, end: 5, text: "E" },
    { start: 0, end: 2, text: "" },
    { start: 2, end: 2, text: "+" },
  ];
  expect(applyPatches("abcdef", patches)).toBe("+cdEf");
});

test("a removal takes indentation and line end along", () => {
  const source = "a\r\n \t// x\r\nb";
  expect(applyPatches(source, [removal(source, spanOf(source, "// x"))])).toBe("a\r\nb");
});

test("a removal behind something else on the line leaves that line", () => {
  const source = "/* a */  // x\nb";
  expect(applyPatches(source, [removal(source, spanOf(source, "// x"))])).toBe("/* a */\nb");
});

test.each(["\n", "\r\n", "\r"])("an insertion uses the line ends of the file: %j", (end) => {
  const source = `// x${end}b${end}`;
  expect(applyPatches(source, [insertion(source, spanOf(source, "// x"), ["1", "2"])])).toBe(
    `// x${end}1${end}2${end}b${end}`,
  );
});

test("an insertion below a line that ends with a line separator starts a line of its own", () => {
  const source = "// x\u2028b";
  expect(applyPatches(source, [insertion(source, spanOf(source, "// x"), ["1"])])).toBe("// x\u20281\nb");
});

test("an insertion below the last line of a file without a line end brings one", () => {
  expect(applyPatches("// x", [insertion("// x", { start: 0, end: 4 }, ["1"])])).toBe("// x\n1");
});
