import { expect, test } from "bun:test";
import { checkTypeScript } from "../../../src/validation/typescript.ts";

test("types are gone and the values stay", () => {
  const check = checkTypeScript("interface A { a: number }\nconst a: A = { a: 1 };\nreturn a as A");
  if (check.kind !== "compiles") throw check.error;
  expect(check.prepared.javascript).not.toMatch(/interface|: A|as A/);
  expect(check.prepared.javascript).toContain("{ a: 1 }");
});

test("an enum becomes code that runs", () => {
  const check = checkTypeScript('enum Color { Red = "r" }\nreturn Color.Red');
  if (check.kind !== "compiles") throw check.error;
  expect(new Function(check.prepared.javascript)()).toBe("r");
});

test("what is no TypeScript fails with its place", () => {
  expect(checkTypeScript("type = ;\nreturn 1: 2")).toMatchObject({ kind: "fails", error: { line: 1 } });
});
