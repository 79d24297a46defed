import { describe, expect, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";
import { tempDir } from "../../support/temp-dir.ts";

const CREATE = "/api/v1/exec/templates/create-custom";
const FILE = "_hoody/templates/mine.json";

describe("templates.createCustom", () => {
  test("stores code and metadata, with defaults for what is left out", async () => {
    await using app = await testApp();
    const code = '// é\r\nreturn "{{a}}";\n';
    const { status, body } = await app.call("POST", CREATE, { name: "mine", code });
    expect(status).toBe(200);
    expect(body).toEqual({
      created: true,
      name: "mine",
      path: FILE,
      metadata: {
        name: "mine",
        category: "custom",
        tags: [],
        description: "Custom template",
        params: [],
        version: "1.0.0",
        author: "User",
      },
    });
    const shown = await app.call("GET", "/api/v1/exec/templates/preview?name=mine");
    expect(shown.body.template.originalCode).toBe(code);
    expect(await app.scripts.list()).toEqual([FILE]);
  });

  test("keeps all metadata as it was sent", async () => {
    await using app = await testApp();
    const metadata = {
      category: "mail",
      tags: ["a", "b"],
      description: "Sends",
      params: ["plain", { name: "b", description: "B", required: true, default: 5 }],
      version: "2.1.0",
      author: "Ada",
    };
    const { body } = await app.call("POST", CREATE, { name: "mine", code: "return 1", metadata });
    expect(body.metadata).toEqual({ name: "mine", ...metadata });
  });

  const files = { [FILE]: '{"code":"return 1"}' };
  const long = "x".repeat(2001);
  const refusals: readonly [body: unknown, status: number, expected: Record<string, unknown>][] = [
    [{}, 400, { error: "name and code are required" }],
    [{ name: "new" }, 400, { error: "name and code are required" }],
    [{ code: "return 1" }, 400, { error: "name and code are required" }],
    [{ name: "new", code: "" }, 400, { error: "name and code are required" }],
    [{ name: "new", code: 5 }, 400, { error: "code must be a string" }],
    [{ name: 5, code: "x" }, 400, { error: "name must be a string" }],
    [{ name: "mine", code: "x" }, 409, { error: "Template already exists", code: "ERROR_409" }],
    [{ name: "json-api", code: "x" }, 409, { error: "Template already exists" }],
    [{ name: "new", code: "x", metadata: "api" }, 400, { details: { field: "metadata" } }],
    [{ name: "new", code: "x", metadata: { tags: "a" } }, 400, { details: { field: "metadata.tags" } }],
    [{ name: "new", code: "x", metadata: { tags: [1] } }, 400, { details: { field: "metadata.tags.0" } }],
    [{ name: "new", code: "x", metadata: { category: 1 } }, 400, { details: { field: "metadata.category" } }],
    [
      { name: "new", code: "x", metadata: { description: long } },
      400,
      { details: { field: "metadata.description" } },
    ],
    [
      { name: "new", code: "x", metadata: { params: [{}] } },
      400,
      { details: { field: "metadata.params.0" } },
    ],
    [{ name: "new", code: "x", metadata: { version: 1 } }, 400, { details: { field: "metadata.version" } }],
    [{ name: "new", code: "x", metadata: { author: [] } }, 400, { details: { field: "metadata.author" } }],
    ...["../x", "a/b", "a..b", ".x", "-x", "a b", "a\0", "é", "x".repeat(65), "%2e%2e"].map(
      (name) =>
        [{ name, code: "x" }, 400, { error: expect.stringMatching(/^Invalid template name: /) }] as const,
    ),
  ] as never;
  for (const [body, status, expected] of refusals) {
    scenario(`${JSON.stringify(body).slice(0, 70)} is refused with ${status} and changes nothing`, {
      files,
      request: ["POST", CREATE, body],
      status,
      body: expected,
      filesAfter: [FILE],
    });
  }

  test("of many at once for one name exactly one is created", async () => {
    await using app = await testApp();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        app.call("POST", CREATE, { name: "mine", code: `return ${index}` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
  });

  test("there are at most --templates-max, and what is refused is counted", async () => {
    await using app = await testApp({ flags: ["--templates-max", "2"] });
    const answers = await Promise.all(
      ["a", "b", "c"].map((name) => app.call("POST", CREATE, { name, code: "return 1" })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 507]);
    expect(answers[2]?.body).toMatchObject({ details: { limit: 2 } });
    expect(app.services.limits().refused.templatesMax).toBe(1);
  });

  test("code has at most --template-size-max bytes", async () => {
    await using app = await testApp({ flags: ["--template-size-max", "10"] });
    expect((await app.call("POST", CREATE, { name: "a", code: "é".repeat(5) })).status).toBe(200);
    const { status, body } = await app.call("POST", CREATE, { name: "b", code: "é".repeat(6) });
    expect(status).toBe(413);
    expect(body).toMatchObject({
      error: "Code of 12 bytes is over the limit of 10",
      details: { maxBytes: 10 },
    });
    expect(app.services.limits().refused.templateSizeMax).toBe(1);
  });

  test("a link that leads out of the scripts folder is not followed", async () => {
    await using outside = await tempDir();
    await using app = await testApp();
    await mkdir(join(app.scripts.path, "_hoody"));
    await symlink(outside.path, join(app.scripts.path, "_hoody/templates"));
    expect((await app.call("POST", CREATE, { name: "mine", code: "return 1" })).status).toBe(403);
    expect(await outside.list()).toEqual([]);
  });
});
