import { expect, test } from "bun:test";
import { checkSyntax } from "../../../src/validation/syntax.ts";

test.each([
  ["a top-level return", "return { a: 1 }"],
  ["a top-level await", "return await Promise.resolve(1)"],
  ["CommonJS", "module.exports = (req, res) => res.json(1)"],
  ["a module with a top-level return", 'import { join } from "node:path";\nreturn join("a", "b")'],
  ["TypeScript", "const a: number = 1;\nenum E { A }\nreturn a satisfies number"],
  ["nothing at all", ""],
])("%s is valid", (_name, code) => {
  expect(checkSyntax(code).kind).toBe("compiles");
});

test("a mistake in JavaScript is found where it stands", () => {
  const check = checkSyntax("const ok = 1;\nconst = 1");
  expect(check).toMatchObject({ kind: "fails", error: { line: 2, column: 7 } });
});

test("a mistake in TypeScript is not blamed on the first annotation", () => {
  const check = checkSyntax("const a: number = 1;\nconst b: string = ;\nreturn a");
  expect(check).toMatchObject({ kind: "fails", error: { line: 2 } });
});
