import { expect, test } from "bun:test";
import { checkMagicComments } from "../../../src/validation/magic-comments.ts";

test("only what the file declares is shown", () => {
  expect(checkMagicComments("// @timeout 5s\n// @cors *\nreturn 1")).toEqual({
    magicComments: { timeout: 5000, cors: "*" },
    warnings: [],
    returnType: null,
  });
});

test("secrets are redacted", () => {
  const report = checkMagicComments("// @token s3cret-token\nreturn 1");
  expect(report.magicComments["token"]).toBe("[REDACTED]");
  expect(JSON.stringify(report)).not.toContain("s3cret-token");
});

test("a value that cannot be used is a warning", () => {
  expect(checkMagicComments("// @timeout soon\nreturn 1").warnings).toMatchObject([
    { directive: "@timeout", value: "soon" },
  ]);
});

test("a return type that values cannot be checked against is a warning", () => {
  const report = checkMagicComments("// @return-type keyof Foo\nreturn 1");
  expect(report.returnType).toMatchObject({ definition: "keyof Foo", line: 1 });
  expect(report.warnings).toEqual([
    {
      directive: "@return-type",
      value: "keyof Foo",
      message: 'Failed to parse type definition: "keyof" is not supported',
    },
  ]);
});
