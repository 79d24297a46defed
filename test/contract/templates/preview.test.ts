import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PREVIEW = "/api/v1/exec/templates/preview";
const files = {
  "_hoody/templates/mine.json": JSON.stringify({
    code: 'return "{{a}}{{b}}";',
    metadata: { params: ["a", { name: "b", default: 2 }] },
  }),
  "_hoody/templates/broken.json": "{oops",
};
const show = (name: string, variables?: unknown) =>
  `${PREVIEW}?name=${name}${variables === undefined ? "" : `&variables=${encodeURIComponent(JSON.stringify(variables))}`}`;

describe("templates.preview", () => {
  test("shows the code of a template as it is", async () => {
    await using app = await testApp({ files });
    const { status, body } = await app.call("GET", show("json-api"));
    expect(status).toBe(200);
    expect(body.template.originalCode).toBe(body.template.code);
    expect(body.template).toMatchObject({
      name: "json-api",
      metadata: { name: "json-api", category: "api" },
      code: expect.stringContaining("{{description}}"),
      substituted: false,
    });
  });

  test("fills in the variables that are given, missing ones stay", async () => {
    await using app = await testApp({ files });
    const filled = (await app.call("GET", show("mine", { a: "x" }))).body.template;
    expect(filled).toMatchObject({
      code: 'return "x2";',
      originalCode: 'return "{{a}}{{b}}";',
      substituted: true,
    });
    expect((await app.call("GET", show("mine", {}))).body.template.code).toBe('return "{{a}}2";');
  });

  const refusals: readonly [path: string, status: number, error: string][] = [
    [PREVIEW, 400, "name is required"],
    [`${PREVIEW}?name=`, 400, "name is required"],
    [show("..%2fmine"), 400, "Invalid template name: "],
    [show("a..b"), 400, "Invalid template name: "],
    [show("x".repeat(65)), 400, "Invalid template name: "],
    [show("none"), 404, "Template not found"],
    [show("constructor"), 404, "Template not found"],
    [show("mine", [1]), 400, "variables must be a JSON object"],
    [`${PREVIEW}?name=mine&variables={oops`, 400, "variables must be a JSON object"],
    [show("broken"), 500, 'Cannot read template "broken": its file is no JSON'],
  ];
  for (const [path, status, error] of refusals) {
    scenario(`${path} is refused with ${status}`, {
      files,
      request: ["GET", path],
      status,
      body: { error: expect.stringContaining(error) },
    });
  }
});
