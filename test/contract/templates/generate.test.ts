import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const GENERATE = "/api/v1/exec/templates/generate";
const files = {
  "default/1/a.ts": "return 1",
  "_hoody/templates/mine.json": JSON.stringify({ code: 'return "{{a}}";', metadata: { params: ["a"] } }),
  "_hoody/templates/wrong.json": JSON.stringify({ code: "const = {{a}};" }),
};

describe("templates.generate", () => {
  test("answers the code and stores nothing unless it is told to", async () => {
    await using app = await testApp({ files });
    const sent = { name: "mine", variables: { a: "x" }, outputPath: "b.ts" };
    const { status, body } = await app.call("POST", GENERATE, sent);
    expect(status).toBe(200);
    expect(body).toEqual({
      generated: true,
      template: "mine",
      code: 'return "x";',
      saved: false,
      path: null,
      variables: { a: "x" },
    });
    expect(await app.scripts.list()).toEqual(Object.keys(files).sort());
  });

  test.each([[""], [null]])("an outputPath of %j is none", async (outputPath) => {
    await using app = await testApp({ files });
    const sent = { name: "mine", variables: { a: "x" }, outputPath };
    const { status, body } = await app.call("POST", GENERATE, sent);
    expect([status, body.saved, body.path]).toEqual([200, false, null]);
  });

  test("stores the code as a script that answers the next request, over what was there", async () => {
    await using app = await testApp({ files });
    for (const a of ["one", "two"]) {
      const sent = { name: "mine", variables: { a }, outputPath: "deep/er/b.ts", saveFile: true };
      const { body } = await app.call("POST", GENERATE, sent);
      expect(body).toMatchObject({ saved: true, path: "default/1/deep/er/b.ts" });
      expect(await (await app.fetch("/deep/er/b")).text()).toBe(a);
    }
  });

  test("what is stored is told as what is written", async () => {
    await using app = await testApp();
    using events = app.services.events.subscribe();
    const { body } = await app.call("POST", GENERATE, {
      name: "json-api",
      outputPath: "b.ts",
      saveFile: true,
    });
    const { value: event } = await events[Symbol.asyncIterator]().next();
    expect(event).toMatchObject({
      type: "script.written",
      payload: {
        path: "default/1/b.ts",
        scope: "default/1",
        created: true,
        size: Buffer.byteLength(body.code),
        validated: true,
        source: "api",
      },
    });
  });

  test("stores it in the deployment that query or body name", async () => {
    await using app = await testApp({ files });
    const sent = { name: "json-api", outputPath: "b.ts", saveFile: true, subdomain: "app" };
    const { body } = await app.call("POST", `${GENERATE}?execId=2`, sent);
    expect(body.path).toBe("app/2/b.ts");
    expect(await Bun.file(join(app.scripts.path, "app/2/b.ts")).text()).toBe(body.code);
  });

  const save = { name: "json-api", saveFile: true };
  const refusals: readonly [body: unknown, status: number, expected: Record<string, unknown>][] = [
    [{}, 400, { error: "name is required" }],
    [{ name: 5 }, 400, { error: "name must be a string" }],
    [{ name: "../mine" }, 400, { error: expect.stringContaining("Invalid template name: ") }],
    [{ name: "none" }, 404, { error: "Template not found", code: "ERROR_404" }],
    [{ name: "mine" }, 400, { error: "Missing required variables", details: { missing: ["a"] } }],
    [{ name: "mine", variables: { a: null } }, 400, { details: { missing: ["a"] } }],
    [{ name: "api-proxy" }, 400, { details: { missing: ["target"] } }],
    [{ name: "mine", variables: "a" }, 400, { error: "Invalid request body" }],
    [{ name: "mine", variables: [] }, 400, { error: "Invalid request body" }],
    [{ ...save, saveFile: "yes" }, 400, { details: { field: "saveFile" } }],
    [{ ...save, outputPath: 5 }, 400, { details: { field: "outputPath" } }],
    [{ ...save, execId: "A-1" }, 400, { details: { field: "execId" } }],
    [save, 400, { error: "outputPath is required when saveFile is true" }],
    [{ ...save, outputPath: "" }, 400, { error: "outputPath is required when saveFile is true" }],
    [{ ...save, outputPath: null }, 400, { error: "outputPath is required when saveFile is true" }],
    [{ ...save, outputPath: "../x.ts" }, 403, { error: "Invalid path: must be within scripts directory" }],
    [{ ...save, outputPath: "..%2fx.ts" }, 403, { code: "ERROR_403" }],
    [{ ...save, outputPath: "/etc/x.ts" }, 403, { code: "ERROR_403" }],
    [{ ...save, outputPath: "a\\b.ts" }, 403, { code: "ERROR_403" }],
    [{ ...save, outputPath: "_hoody/templates/x.json" }, 403, { error: "Path is excluded from access" }],
    [{ ...save, outputPath: "node_modules/x.ts" }, 403, { error: "Path is excluded from access" }],
    [
      { ...save, outputPath: "a.ts/b.ts" },
      400,
      { error: expect.stringContaining("a part of the path is a file") },
    ],
    [
      { name: "wrong", variables: { a: 1 }, outputPath: "a.ts", saveFile: true },
      400,
      { error: "Script validation failed" },
    ],
    [[], 400, { error: "Invalid request body" }],
  ];
  for (const [body, status, expected] of refusals) {
    scenario(`${JSON.stringify(body)} is refused with ${status} and changes nothing`, {
      files,
      request: ["POST", GENERATE, body],
      status,
      body: expected,
      filesAfter: Object.keys(files).sort(),
    });
  }
});
