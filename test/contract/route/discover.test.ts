import { describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const DISCOVER = "/api/v1/exec/route/discover";
const files = {
  "default/1/index.ts": "return 1",
  "default/1/users/[id].ts": "// @token s3cret\nreturn 1;\n",
  "default/1/users/[id].js": "return 1",
  "default/1/users/pre.ts": "",
  "default/1/users/_lib.ts": "",
  "default/1/notes.md": "",
  "app/2/x.ts": "return 1",
};

describe("route.discover", () => {
  test("lists the routes of the deployment that the Host names", async () => {
    await using app = await testApp({ files });
    const { status, body } = await app.call("POST", DISCOVER, {});
    expect(status).toBe(200);
    expect(body).toEqual({
      baseDir: "",
      count: 2,
      routes: [
        { routePattern: "/", scriptPath: "default/1/index.ts", type: "static", parameters: [] },
        {
          routePattern: "/users/[id]",
          scriptPath: "default/1/users/[id].ts",
          type: "dynamic",
          parameters: ["id"],
        },
      ],
    });
  });

  test("includeMetadata adds size, time and redacted magic comments", async () => {
    await using app = await testApp({ files });
    const { body } = await app.call("POST", DISCOVER, { baseDir: "users", includeMetadata: true });
    expect(body).toEqual({
      baseDir: "users",
      count: 1,
      routes: [
        {
          routePattern: "/users/[id]",
          scriptPath: "default/1/users/[id].ts",
          type: "dynamic",
          parameters: ["id"],
          size: 27,
          modified: expect.any(String),
          magicComments: { token: "[REDACTED]", tokens: ["[REDACTED]"] },
        },
      ],
    });
  });

  scenario("a directory outside the deployment is found below the scripts directory", {
    files,
    request: ["POST", DISCOVER, { baseDir: "app/2" }],
    status: 200,
    body: { baseDir: "app/2", count: 1, routes: [{ routePattern: "/x", scriptPath: "app/2/x.ts" }] },
  });

  test("a directory without routes has none", async () => {
    await using app = await testApp();
    await mkdir(join(app.scripts.path, "default/1/empty"));
    expect((await app.call("POST", DISCOVER, { baseDir: "empty" })).body).toEqual({
      baseDir: "empty",
      count: 0,
      routes: [],
    });
  });

  const refusals: readonly [body: unknown, status: number, error: string][] = [
    [{ baseDir: "none" }, 404, "Directory not found"],
    [{ baseDir: "index.ts" }, 400, "dir is not a directory"],
    [{ baseDir: "node_modules" }, 403, "Directory is excluded from script discovery"],
    [{ baseDir: "../.." }, 403, "Invalid path: must be within scripts directory"],
    [{ baseDir: "/etc" }, 403, "Invalid path: must be within scripts directory"],
    [{ baseDir: 1 }, 400, "Invalid request body"],
  ];
  for (const [body, status, error] of refusals) {
    scenario(`${JSON.stringify(body)} is refused: ${error}`, {
      files,
      request: ["POST", DISCOVER, body],
      status,
      body: { error },
    });
  }
});
