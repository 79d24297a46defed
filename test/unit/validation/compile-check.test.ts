import { expect, test } from "bun:test";
import { checkCompiles, describeCompileError } from "../../../src/validation/compile-check.ts";

test("the ending decides between JavaScript and TypeScript", () => {
  expect(checkCompiles("type A = string; return 1", "a.ts").kind).toBe("compiles");
  expect(checkCompiles("return <number>(1 as any)", "a.ts").kind).toBe("compiles");
});

test("brackets nested without end fail instead of ending the process", () => {
  expect(checkCompiles("(".repeat(20_000), "a.js")).toMatchObject({
    kind: "fails",
    error: { line: 1, column: 501, check: "syntax" },
  });
});

test("an expression of too many terms fails instead of throwing", () => {
  expect(checkCompiles(`return ${"1+".repeat(30_000)}1`, "a.js").kind).toBe("fails");
});

test("an error is described with its place", () => {
  const check = checkCompiles("\n  const = 1", "a.js");
  if (check.kind !== "fails") throw new Error("it compiles");
  expect(describeCompileError(check.error)).toBe(`${check.error.message} at line 2, column 9`);
});
