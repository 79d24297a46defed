import { expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/validate/typescript";

test("valid code answers exactly the fields of the contract", async () => {
  await using app = await testApp();
  const code = "interface A { a: number }\nconst a: A = { a: 1 };\nreturn a";
  const { status, body } = await app.call("POST", PATH, { code });
  expect(status).toBe(200);
  expect(body).toEqual({
    valid: true,
    javascript: expect.stringContaining("= { a: 1 }"),
    originalLength: code.length,
    transpiledLength: body.javascript.length,
    normalized: false,
    transformations: [],
    message: "TypeScript validation successful",
  });
  expect(body.javascript).not.toContain("interface");
});

test("bad syntax is refused with what and where, and nothing else", async () => {
  await using app = await testApp();
  const { status, body } = await app.call("POST", PATH, { code: "const a: number = ;" });
  expect(status).toBe(400);
  expect(body).toEqual({
    error: "TypeScript syntax error",
    code: "VALIDATION_ERROR",
    timestamp: expect.any(String),
    details: { valid: false, error: expect.stringMatching(/ at line 1, column 19$/) },
  });
});

scenario("a body without code is refused", {
  request: ["POST", PATH, {}],
  status: 400,
  body: { error: "Missing code in request body", code: "VALIDATION_ERROR" },
});

scenario("code that is no text is refused", {
  request: ["POST", PATH, { code: null }],
  status: 400,
  body: { error: "code must be a string", code: "VALIDATION_ERROR" },
});
