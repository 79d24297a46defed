import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const UPDATE = "/api/v1/exec/templates/update-custom";
const FILE = "_hoody/templates/mine.json";
const STORED = JSON.stringify({ code: ["return 1;"], metadata: { category: "old", author: "Ada" } });

describe("templates.updateCustom", () => {
  test("changes what is sent and keeps the rest", async () => {
    await using app = await testApp({ files: { [FILE]: STORED } });
    const { status, body } = await app.call("PUT", `${UPDATE}/mine`, { metadata: { category: "new" } });
    expect(status).toBe(200);
    const metadata = {
      name: "mine",
      category: "new",
      tags: [],
      description: "Custom template",
      params: [],
      version: "1.0.0",
      author: "Ada",
    };
    expect(body).toEqual({ updated: true, name: "mine", metadata });
    expect((await app.call("PUT", `${UPDATE}/mine`, { code: "return 2;" })).body.metadata).toEqual(metadata);
    const shown = await app.call("GET", "/api/v1/exec/templates/preview?name=mine");
    expect(shown.body.template).toMatchObject({ metadata, code: "return 2;" });
  });

  test("an empty body changes nothing and answers what there is", async () => {
    await using app = await testApp({ files: { [FILE]: STORED } });
    const { status, body } = await app.call("PUT", `${UPDATE}/mine`);
    expect([status, body.metadata.category]).toEqual([200, "old"]);
  });

  const refusals: readonly [
    name: string,
    body: unknown,
    status: number,
    expected: Record<string, unknown>,
  ][] = [
    ["none", { code: "x" }, 404, { error: "Template not found", code: "ERROR_404" }],
    [":name", { code: "x" }, 404, { error: "Template not found" }],
    ["json-api", { code: "x" }, 404, { error: "Template not found" }],
    ["..%2fmine", { code: "x" }, 400, { error: expect.stringContaining("Invalid template name: ") }],
    ["%zz", { code: "x" }, 400, { error: "Malformed URL path" }],
    ["mine", { code: 5 }, 400, { error: "code must be a string" }],
    ["mine", { code: "" }, 400, { details: { field: "code" } }],
    ["mine", { metadata: [] }, 400, { details: { field: "metadata" } }],
    ["mine", { metadata: { params: [1] } }, 400, { details: { field: "metadata.params.0" } }],
    ["mine", [], 400, { error: "Invalid request body" }],
  ];
  for (const [name, body, status, expected] of refusals) {
    test(`${name} with ${JSON.stringify(body)} is refused with ${status} and changes nothing`, async () => {
      await using app = await testApp({ files: { [FILE]: STORED } });
      const answer = await app.call("PUT", `${UPDATE}/${name}`, body);
      expect(answer.body).toMatchObject(expected);
      expect(answer.status).toBe(status);
      expect(await Bun.file(join(app.scripts.path, FILE)).text()).toBe(STORED);
    });
  }

  scenario("a template whose file is broken is told apart from one that is not there", {
    files: { [FILE]: "{oops" },
    request: ["PUT", `${UPDATE}/mine`, { code: "x" }],
    status: 500,
    body: { error: 'Cannot read template "mine": its file is no JSON' },
    filesAfter: [FILE],
  });

  scenario("code over the limit is refused", {
    files: { [FILE]: STORED },
    flags: ["--template-size-max", "9"],
    request: ["PUT", `${UPDATE}/mine`, { code: "return 12;" }],
    status: 413,
    body: { code: "ERROR_413" },
  });
});
