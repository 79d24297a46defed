import { expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/validate/magic-comments";

test("directives, warnings and the return type are told in exactly the fields of the contract", async () => {
  await using app = await testApp();
  const code =
    "// @cors *\n// @timeout soon\n// @return-type { ok: boolean }\n// @return-type-mode dev\nreturn 1";
  const { status, body } = await app.call("POST", PATH, { code });
  expect(status).toBe(200);
  expect(body).toEqual({
    magicComments: { cors: "*" },
    warnings: [{ directive: "@timeout", value: "soon", message: expect.any(String) }],
    returnType: { definition: "{ ok: boolean }", mode: "dev", location: "line 3" },
    message: "Found 1 magic comment",
  });
});

scenario("code without directives answers empty lists", {
  request: ["POST", PATH, { code: "return 1" }],
  status: 200,
  body: { magicComments: {}, warnings: [], returnType: null, message: "No magic comments found" },
});

scenario("secrets are not shown", {
  request: ["POST", PATH, { code: "// @token s3cret-token\nreturn 1" }],
  status: 200,
  body: { magicComments: { token: "[REDACTED]", tokens: ["[REDACTED]"] } },
  never: ["s3cret-token"],
});

scenario("code that does not parse still has a header", {
  request: ["POST", PATH, { code: "// @timeout 5s\nconst = 1" }],
  status: 200,
  body: { magicComments: { timeout: 5000 } },
});

scenario("a body without code is refused", {
  request: ["POST", PATH, {}],
  status: 400,
  body: { error: "Missing code in request body", code: "VALIDATION_ERROR" },
});

scenario("code that is no text is refused", {
  request: ["POST", PATH, { code: [] }],
  status: 400,
  body: { error: "code must be a string", code: "VALIDATION_ERROR" },
});
