import { expect, test } from "bun:test";
import { PackageResolver } from "../../../src/packages/resolver.ts";
import { validateScript } from "../../../src/validation/script.ts";

const packages = new PackageResolver({ root: "/nonexistent-scripts-root" });

test("a good script passes every check", () => {
  const report = validateScript('// @timeout 5s\nimport { join } from "node:path";\nreturn join("a")', {
    packages,
  });
  expect(report).toMatchObject({
    valid: true,
    syntax: { valid: true, message: "JavaScript syntax is valid" },
    typescript: { valid: true },
    dependencies: { total: 1, allInstalled: true },
    magicComments: { timeout: 5000 },
    transformations: ["esm-import-to-require"],
  });
});

test("after a syntax error TypeScript is skipped and the header is still read", () => {
  const report = validateScript("// @timeout 5s\nconst = 1", { packages });
  expect(report).toMatchObject({
    valid: false,
    syntax: { valid: false, error: expect.stringMatching(/at line 2, column 7$/) },
    typescript: null,
    dependencies: { total: 0, allInstalled: true },
    magicComments: { timeout: 5000 },
  });
});

test("a missing package makes it invalid and is named", () => {
  const report = validateScript('return require("left-pad")("a", 3)', { packages });
  expect(report.valid).toBe(false);
  expect(report.message).toContain("left-pad");
});

test("a warning does not make it invalid", () => {
  const report = validateScript("// @timeout soon\nreturn 1", { packages });
  expect(report.valid).toBe(true);
  expect(report.magicCommentWarnings).toHaveLength(1);
});
