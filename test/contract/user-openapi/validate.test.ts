import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const VALIDATE = "/api/v1/exec/user-openapi/validate";
const good = { get: { responses: { 200: { description: "ok" } } } };
const files = {
  "default/1/echo.js": "return 1",
  "default/1/echo.openapi.json": JSON.stringify(good),
  "default/1/users/[id].ts": "return 1",
  "default/1/users/[id].schema.json": '{"type":"object"}',
  "default/1/plain.ts": "return 1",
  "default/1/bad.openapi.json": "{oops",
  "default/1/list.openapi.json": "[]",
  "default/1/wrong.openapi.json": '{"get":{"summary":1}}',
  "app/2/x.openapi.json": JSON.stringify(good),
};

describe("openapi.validate", () => {
  test("a file that is too large to be read is 422", async () => {
    await using app = await testApp({
      files: { ...files, "default/1/huge.openapi.json": `{"a":"${"x".repeat(10 * 2 ** 20)}"}` },
    });
    const { status, body } = await app.call("POST", VALIDATE, { file: "huge.js" });
    expect([status, body.error]).toEqual([
      422,
      expect.stringMatching(/^The schema file cannot be read: it is over the limit/),
    ]);
  });

  test.each([{ file: "echo.js" }, { path: "echo.js" }, { file: "x.js", execId: "2", subdomain: "app" }])(
    "%o can be used",
    async (body) => {
      await using app = await testApp({ files });
      const answer = await app.call("POST", VALIDATE, body);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ success: true, data: good });
    },
  );

  scenario("plain JSON Schema can be used, too", {
    files,
    request: ["POST", VALIDATE, { file: "users/[id].ts" }],
    status: 200,
    body: { success: true, data: { type: "object" } },
  });

  test("a schema file whose references make it a thousand times as large is refused, and holds nobody up", async () => {
    const example = Array.from({ length: 2_000 }, (_, at) => at);
    const shared = { name: "id", in: "path", required: true, schema: { type: "string" }, example };
    const parameters = Array.from({ length: 20_000 }, () => ({ $ref: "#/components/parameters/id" }));
    const schema = { parameters, ...good, components: { parameters: { id: shared } } };
    await using app = await testApp({
      files: { "default/1/users/[id].ts": "", "default/1/users/[id].openapi.json": JSON.stringify(schema) },
    });
    const startedMs = performance.now();
    const { body } = await app.call("POST", VALIDATE, { file: "users/[id].ts" });
    expect(body).toMatchObject({ success: false, errors: ["its references make it too large"] });
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  test.each([
    ["bad.js", null, ["it is no JSON: JSON Parse error: Expected '}'"]],
    ["list.js", null, ["it is no JSON object"]],
    [
      "wrong.js",
      { get: { summary: 1 } },
      [
        "paths./wrong.get.responses is required",
        "paths./wrong.get.summary must be a string",
        "paths./wrong.get must have at least one response",
      ],
    ],
  ])("%s: every fault with its place", async (file, data, errors) => {
    await using app = await testApp({ files });
    const answer = await app.call("POST", VALIDATE, { file });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ success: false, data, errors });
  });

  const refusals: readonly [body: object, status: number, error: string][] = [
    [{}, 400, "file or path is required"],
    [{ file: 1 }, 400, "Invalid request body"],
    [{ path: [] }, 400, "Invalid request body"],
    [{ file: "echo.js", execId: "A" }, 400, "execId must be 1 to 64 lower-case letters and digits"],
    [{ file: "echo.js", subdomain: 1 }, 400, "Invalid request body"],
    [{ file: "plain.ts" }, 404, "No schema file found for this script"],
    [{ file: "../../etc/passwd" }, 403, "Invalid path: must be within scripts directory"],
  ];
  for (const [body, status, error] of refusals) {
    scenario(`${JSON.stringify(body)} is refused: ${error}`, {
      files,
      request: ["POST", VALIDATE, body],
      status,
      body: { success: false, error },
      filesAfter: Object.keys(files).sort(),
    });
  }
});
