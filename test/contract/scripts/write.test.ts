import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const WRITE = "/api/v1/exec/scripts/write";
const ISO = /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/;

describe("scripts.write", () => {
  test("stores the bytes as they are, first created, then updated", async () => {
    await using app = await testApp();
    const content = "module.exports = (req, res) => res.json({ ok: 'é' });\n";
    const first = await app.call("POST", WRITE, { path: "x/echo.js", content });
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      path: "x/echo.js",
      resolvedPath: "default/1/x/echo.js",
      created: true,
      updated: false,
      size: Buffer.byteLength(content),
      modified: expect.stringMatching(ISO),
      validated: true,
    });
    expect(await Bun.file(join(app.scripts.path, "default/1/x/echo.js")).text()).toBe(content);
    const second = await app.call("POST", WRITE, { path: "x/echo.js", content: "return 2" });
    expect(second.body).toMatchObject({ created: false, updated: true, size: 8 });
    expect(await app.scripts.list()).toEqual(["default/1/x/echo.js"]);
  });

  test("a new script has its route before the answer is sent", async () => {
    await using app = await testApp();
    const path = { path: "/fresh" };
    expect((await app.call("POST", "/api/v1/exec/route/resolve", path)).body.matched).toBe(false);
    await app.call("POST", WRITE, { path: "fresh.ts", content: "return 1" });
    expect((await app.call("POST", "/api/v1/exec/route/resolve", path)).body.matched).toBe(true);
  });

  test("reports the variables that companions give to the script", async () => {
    await using app = await testApp({ files: { "_default.env": "A=1\nB=1", "default/1/x.env": "B=2" } });
    const { body } = await app.call("POST", WRITE, { path: "x.ts", content: "return 1" });
    expect(body.env).toEqual({ A: "1", B: "2" });
  });

  scenario("the query's deployment beats the body's, and execId its alias", {
    request: [
      "POST",
      `${WRITE}?execId=2`,
      { path: "a.js", content: "", execId: "3", exec_id: "4", subdomain: "app" },
    ],
    status: 200,
    body: { resolvedPath: "app/2/a.js" },
    filesAfter: ["app/2/a.js"],
  });

  test.each([
    [{ execId: "", exec_id: "", subdomain: "" }, "default/1/a.js"],
    [{ execId: null, exec_id: null, subdomain: null }, "default/1/a.js"],
    [{ execId: null, exec_id: "2", subdomain: "" }, "default/2/a.js"],
    [{ execId: "", exec_id: "2", subdomain: "app" }, "app/2/a.js"],
    [{ execId: "2", exec_id: "", subdomain: null }, "default/2/a.js"],
  ])("%j in the body leads to %s, since nothing names no deployment", async (sent, resolvedPath) => {
    await using app = await testApp();
    const { status, body } = await app.call("POST", WRITE, { path: "a.js", content: "", ...sent });
    expect([status, body.resolvedPath]).toEqual([200, resolvedPath]);
  });

  const unchecked: readonly [path: string, content: string, validate: boolean][] = [
    ["broken.js", "const = 1", false],
    ["bad.json", "{oops", false],
    ["notes.md", "const = 1", true],
    ["run.sh", "rm -rf", true],
  ];
  test.each(unchecked)("%s is stored unchecked and says so", async (path, content, validate) => {
    await using app = await testApp();
    const { status, body } = await app.call("POST", WRITE, { path, content, validate });
    expect(status).toBe(200);
    expect(body.validated).toBe(false);
    expect(await Bun.file(join(app.scripts.path, "default/1", path)).text()).toBe(content);
  });

  test("a script that does not compile is refused with its place, and the old version stays", async () => {
    await using app = await testApp({ files: { "default/1/a.js": "return 1" } });
    const { status, body } = await app.call("POST", WRITE, {
      path: "a.js",
      content: "return 1;\nconst = 2;\n",
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "Script validation failed", code: "VALIDATION_ERROR" });
    expect(body.details.validation).toEqual({
      valid: false,
      errors: [
        {
          check: "syntax",
          message: expect.any(String),
          line: 2,
          column: expect.any(Number),
          excerpt: expect.stringContaining("const = 2"),
        },
      ],
    });
    expect(body.validation).toEqual(body.details.validation);
    expect(await Bun.file(join(app.scripts.path, "default/1/a.js")).text()).toBe("return 1");
    expect(await app.scripts.list()).toEqual(["default/1/a.js"]);
  });

  scenario("JSON that does not parse is refused", {
    request: ["POST", WRITE, { path: "bad.json", content: "{oops" }],
    status: 400,
    body: { error: "Invalid JSON", validation: { valid: false } },
    filesAfter: [],
  });

  scenario("a missing package and an unusable magic comment do not keep a script from being stored", {
    request: [
      "POST",
      WRITE,
      { path: "a.ts", content: '// @timeout abc\nconst _ = require("no-such-package");\n' },
    ],
    status: 200,
    body: { validated: true },
  });

  const files = { "default/1/a.js": "return 1", "default/1/dir/x.js": "" };
  const refusals: readonly [body: unknown, status: number, error: string][] = [
    [{}, 400, "path is required"],
    [{ path: "", content: "" }, 400, "path is required"],
    [{ path: "b.js" }, 400, "content is required"],
    [{ path: "b.js", content: 1 }, 400, "content must be a string"],
    [{ path: "dir", content: "" }, 400, "path is a directory; use scripts/list"],
    [{ path: ".", content: "" }, 400, "path is a directory; use scripts/list"],
    [
      { path: "a.js/b.js", content: "" },
      400,
      'Cannot write "default/1/a.js/b.js": a part of the path is a file',
    ],
    [
      { path: "new/b.js", content: "", createDirs: false },
      400,
      'Cannot write "default/1/new/b.js": its directory does not exist',
    ],
    [{ path: `${"n".repeat(300)}.js`, content: "" }, 400, "Invalid path: too long"],
    [{ path: "b.js", content: "", createDirs: "yes" }, 400, "Invalid request body"],
    [{ path: "node_modules/x.js", content: "" }, 403, "Path is excluded from access"],
    [{ path: "../x.js", content: "" }, 403, "Invalid path: must be within scripts directory"],
    [{ path: "..%2fx.js", content: "" }, 403, "Invalid path: must be within scripts directory"],
    [{ path: "/tmp/x.js", content: "" }, 403, "Invalid path: must be within scripts directory"],
    [[], 400, "Invalid request body"],
  ];
  test.each(refusals)("%j is refused with %d: %s", async (sent, status, error) => {
    await using app = await testApp({ files });
    const answer = await app.call("POST", WRITE, sent);
    expect(answer.body).toMatchObject({ error, timestamp: expect.stringMatching(ISO) });
    expect(answer.status).toBe(status);
    expect(await app.scripts.list()).toEqual(Object.keys(files));
  });
});
