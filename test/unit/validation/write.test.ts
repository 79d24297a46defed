import { expect, test } from "bun:test";
import { isCheckedOnWrite, validateForWrite } from "../../../src/validation/write.ts";

test.each([
  ["default/1/a.js", "return 1"],
  ["default/1/a.js", "const a: number = 1; return a"],
  ["default/1/a.ts", "enum E { A } return E.A"],
  ["default/1/a.js", 'return require("not-installed")'],
  ["default/1/a.js", "// @timeout soon\nreturn 1"],
  ["default/1/a.json", '{"a":[1,2]}'],
  ["default/1/a.md", "{oops"],
  ["default/1/noextension", "const ="],
])("%s may be stored with %p", (file, source) => {
  expect(validateForWrite(source, file)).toEqual({ valid: true, errors: [] });
});

test("a script that does not compile is refused with the place", () => {
  const report = validateForWrite("const ok = 1;\nconst = 1", "default/1/a.js");
  expect(report).toEqual({
    valid: false,
    errors: [
      {
        check: "syntax",
        message: expect.any(String),
        line: 2,
        column: 7,
        excerpt: expect.stringContaining("> 2 | const = 1"),
      },
    ],
  });
});

test("JSON that does not parse is refused with the place", () => {
  const report = validateForWrite('{\n  "a": oops\n}', "default/1/data.json");
  expect(report).toEqual({
    valid: false,
    errors: [
      {
        check: "json",
        message: expect.stringContaining("oops"),
        line: 2,
        column: 8,
        excerpt: expect.stringContaining('> 2 |   "a": oops'),
      },
    ],
  });
});

test("only scripts and JSON are looked into", () => {
  expect(["a.ts", "a.js", "a.json"].every(isCheckedOnWrite)).toBe(true);
  expect(["a.md", "a", "a.env", "a.jsonl", "js"].some(isCheckedOnWrite)).toBe(false);
});
