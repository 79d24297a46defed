import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { expectOpenApi } from "../../support/openapi-validator.ts";
import { scenario } from "../../support/scenario.ts";
import { tempDir } from "../../support/temp-dir.ts";

const GENERATE = "/api/v1/exec/user-openapi/generate";
const files = {
  "default/1/a.ts": "return 1",
  "default/1/b.js": "return 1",
  "default/1/in/c.ts": "return 1",
  "default/1/in/deep/d.ts": "return 1",
  "app/2/x.ts": "return 1",
};
const ALL = ["/a", "/b", "/in/c", "/in/deep/d"];

describe("openapi.generate", () => {
  test("answers the document and stores it", async () => {
    await using app = await testApp({ files });
    const { status, body } = await app.call("POST", GENERATE, {});
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      data: expect.any(Object),
      meta: { pathCount: 4, scanDirectory: "default/1", generatedAt: expect.any(String) },
    });
    expect(new Date(body.meta.generatedAt).toISOString()).toBe(body.meta.generatedAt);
    await expectOpenApi(body.data);
    expect(body.data).toMatchObject({
      info: { title: "Generated API", description: "Auto-generated from user scripts", version: "1.0.0" },
      servers: [{ url: "http://localhost:8081" }],
    });
    const stored = Bun.file(join(app.scripts.path, "default/1/_hoody/openapi.json"));
    expect(await stored.json()).toEqual(body.data);
    expect((await app.fetch("/_hoody/openapi.json")).status).toBe(404);
  });

  test("an empty body means the same", async () => {
    await using app = await testApp({ files });
    expect((await app.call("POST", GENERATE)).body.meta.pathCount).toBe(4);
  });

  test("what is said about the document stands in it", async () => {
    await using app = await testApp({ files });
    const said = { title: "Shop", description: "All of it", version: "2.1.0" };
    const { body } = await app.call("POST", GENERATE, { ...said, baseUrl: "https://shop.example.com" });
    expect(body.data).toMatchObject({ info: said, servers: [{ url: "https://shop.example.com" }] });
  });

  const rows: readonly [body: object, paths: readonly string[], scanned?: string][] = [
    [{ directory: "scripts" }, ALL],
    [{ directory: "in" }, ["/in/c", "/in/deep/d"], "default/1/in"],
    [{ directories: ["in", "scripts"] }, ["/in/c", "/in/deep/d", "/a", "/b"], "default/1/in,default/1"],
    [{ recursive: false }, ["/a", "/b"]],
    [{ includePatterns: ["*.js"] }, ["/b"]],
    [{ includePatterns: ["in/*.ts"] }, ["/in/c"]],
    [{ includePatterns: ["in/**"] }, ["/in/c", "/in/deep/d"]],
    [{ includePatterns: [] }, []],
    [{ excludePatterns: ["{a,b}.*"] }, ["/in/c", "/in/deep/d"]],
    [{ execId: "2", subdomain: "app" }, ["/x"], "app/2"],
  ];
  test.each(rows)("%o", async (body, paths, scanned = "default/1") => {
    await using app = await testApp({ files });
    const answer = await app.call("POST", GENERATE, body);
    expect(Object.keys(answer.body.data.paths)).toEqual([...paths]);
    expect(answer.body.meta).toMatchObject({ pathCount: paths.length, scanDirectory: scanned });
  });

  test("patterns made to take long do not", async () => {
    await using app = await testApp({ files: { [`default/1/${"a".repeat(200)}.ts`]: "return 1" } });
    const evil = ["*a".repeat(127), "{*,*a}".repeat(40), "**/".repeat(80)].map((each) => `${each}b`);
    const started = performance.now();
    const { body } = await app.call("POST", GENERATE, { includePatterns: Array(16).fill(evil).flat() });
    expect(body.meta.pathCount).toBe(0);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  const wrong: readonly [field: string, value: unknown][] = [
    ["directory", 1],
    ["directories", "in"],
    ["directories.0", [1]],
    ["recursive", "yes"],
    ["includePatterns", "*"],
    ["includePatterns.0", ["*".repeat(257)]],
    ["excludePatterns", {}],
    ["title", 1],
    ["description", []],
    ["version", 1],
    ["baseUrl", 1],
  ];
  for (const [field, value] of wrong) {
    scenario(`${field} ${JSON.stringify(value).slice(0, 20)} is refused, and nothing is stored`, {
      files,
      request: ["POST", GENERATE, { [field.split(".")[0] as string]: value }],
      status: 400,
      body: { success: false, error: "Invalid request body", code: "VALIDATION_ERROR", details: { field } },
      filesAfter: Object.keys(files).sort(),
    });
  }

  const refusals: readonly [body: object, status: number, error: string][] = [
    [{ directory: "none" }, 404, "Directory not found"],
    [{ directories: ["in", "../.."] }, 403, "Invalid path: must be within scripts directory"],
    [{ directory: ".git" }, 403, "Directory is excluded from script discovery"],
    [{ execId: "A" }, 400, "execId must be 1 to 64 lower-case letters and digits"],
  ];
  for (const [body, status, error] of refusals) {
    scenario(`${JSON.stringify(body)} is refused: ${error}`, {
      files,
      request: ["POST", GENERATE, body],
      status,
      body: { success: false, error },
      filesAfter: Object.keys(files).sort(),
    });
  }

  test("a link in the place of _hoody leads nowhere", async () => {
    await using app = await testApp({ files });
    await using outside = await tempDir();
    await symlink(outside.path, join(app.scripts.path, "default/1/_hoody"));
    const { status, body } = await app.call("POST", GENERATE, {});
    expect(status).toBe(403);
    expect(body).toMatchObject({ success: false, error: "Invalid path: resolves through a symlink" });
    expect(await outside.list()).toEqual([]);
  });

  test("a broken body is refused with success: false", async () => {
    await using app = await testApp({ files });
    const response = await app.fetch(GENERATE, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{oops",
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ success: false, error: "Invalid JSON body" });
  });
});
