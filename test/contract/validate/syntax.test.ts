import { expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/validate/syntax";

test("valid code answers exactly the fields of the contract", async () => {
  await using app = await testApp();
  const code = 'import { join } from "node:path";\nconst x = await 1;\nreturn join("a", String(x))';
  const { status, body } = await app.call("POST", PATH, { code });
  expect(status).toBe(200);
  expect(body).toEqual({
    valid: true,
    message: "JavaScript syntax is valid",
    codeLength: code.length,
    normalized: true,
    transformations: ["esm-import-to-require"],
  });
});

scenario("code that needs no rewrite is not normalized", {
  request: ["POST", PATH, { code: "return 1" }],
  status: 200,
  body: { normalized: false, transformations: [] },
});

scenario("a Markdown fence around the code is taken away", {
  request: ["POST", PATH, { code: "```js\nreturn 1\n```" }],
  status: 200,
  body: { normalized: true, transformations: ["strip-markdown-fence"] },
});

test("bad syntax is refused with what and where, and nothing else", async () => {
  await using app = await testApp();
  const { status, body } = await app.call("POST", PATH, { code: "const ok = 1;\nconst = 1" });
  expect(status).toBe(400);
  expect(body).toEqual({
    error: "JavaScript syntax error detected",
    code: "VALIDATION_ERROR",
    timestamp: expect.any(String),
    details: {
      valid: false,
      error: expect.any(String),
      message: expect.stringMatching(/ at line 2, column 7$/),
    },
  });
});

scenario("an empty text is valid", {
  request: ["POST", PATH, { code: "" }],
  status: 200,
  body: { valid: true },
});

scenario("a body without code is refused", {
  request: ["POST", PATH, {}],
  status: 400,
  body: { error: "Missing code in request body", code: "VALIDATION_ERROR" },
});

scenario("no body at all is refused like an empty one", {
  request: ["POST", PATH],
  status: 400,
  body: { error: "Missing code in request body", code: "VALIDATION_ERROR" },
});

scenario("code that is no text is refused", {
  request: ["POST", PATH, { code: 42 }],
  status: 400,
  body: { error: "code must be a string", code: "VALIDATION_ERROR" },
});

scenario("a body that is no object is refused", {
  request: ["POST", PATH, ["return 1"]],
  status: 400,
  body: { code: "VALIDATION_ERROR" },
});
