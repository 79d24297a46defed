import { expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/validate/script";

test("a good script answers exactly the fields of the contract", async () => {
  await using app = await testApp();
  const code = '// @timeout 5s\nimport { join } from "node:path";\nconst a: string = join("a");\nreturn a';
  const { status, body } = await app.call("POST", PATH, { code });
  expect(status).toBe(200);
  expect(body).toEqual({
    valid: true,
    results: {
      syntax: { valid: true, message: "JavaScript syntax is valid" },
      typescript: { valid: true, transpiledLength: expect.any(Number) },
      dependencies: { total: 1, installed: 1, missing: 0, missingModules: [], allInstalled: true },
      magicComments: { timeout: 5000 },
      magicCommentWarnings: [],
      normalized: true,
      transformations: ["esm-import-to-require"],
    },
    message: "Script validation successful",
  });
});

test("broken code is an answer, not an error", async () => {
  await using app = await testApp();
  const { status, body } = await app.call("POST", PATH, { code: "const = 1" });
  expect(status).toBe(200);
  expect(body).toEqual({
    valid: false,
    results: {
      syntax: { valid: false, error: expect.stringMatching(/ at line 1, column 7$/) },
      typescript: null,
      dependencies: { total: 0, installed: 0, missing: 0, missingModules: [], allInstalled: true },
      magicComments: {},
      magicCommentWarnings: [],
      normalized: false,
      transformations: [],
    },
    message: "Script validation failed",
  });
});

test("60,000 mistakes in one line are answered as soon as one of them", async () => {
  await using app = await testApp();
  const { status, body } = await app.call("POST", PATH, { code: "\\".repeat(60_000) });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    valid: false,
    results: { syntax: { valid: false, error: "Invalid Unicode escape sequence at line 1, column 2" } },
  });
});

scenario("a missing package makes a script invalid", {
  request: ["POST", PATH, { code: 'return require("left-pad")("a", 3)' }],
  status: 200,
  body: {
    valid: false,
    results: {
      dependencies: { total: 1, installed: 0, missing: 1, missingModules: ["left-pad"], allInstalled: false },
    },
  },
});

scenario("a warning does not make a script invalid", {
  request: ["POST", PATH, { code: "// @timeout soon\nreturn 1" }],
  status: 200,
  body: { valid: true, results: { magicCommentWarnings: [{ directive: "@timeout", value: "soon" }] } },
});

scenario("nothing is stored", {
  files: { "default/1/a.js": "return 1" },
  request: ["POST", PATH, { code: "return 2" }],
  status: 200,
  filesAfter: ["default/1/a.js"],
});

scenario("a body without code is refused", {
  request: ["POST", PATH, {}],
  status: 400,
  body: { error: "Missing code in request body", code: "VALIDATION_ERROR" },
});

scenario("code that is no text is refused", {
  request: ["POST", PATH, { code: false }],
  status: 400,
  body: { error: "code must be a string", code: "VALIDATION_ERROR" },
});

for (const code of [
  "(".repeat(20_000),
  "function f(){".repeat(5_000),
  "type A = [".repeat(5_000),
  "@".repeat(60_000),
]) {
  scenario(`${code.slice(0, 12)}… nested without end is an answer, and the server lives on`, {
    request: ["POST", PATH, { code }],
    status: 200,
    body: { valid: false, results: { syntax: { valid: false } } },
  });
}
