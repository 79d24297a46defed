import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const LIST = "/api/v1/exec/user-openapi/list";
const files = {
  "default/1/echo.js": "// @label Echo\n// @description Says it again\n// @tags a, b\nreturn req.body",
  "default/1/echo.openapi.json": "{}",
  "default/1/users/[id].ts": "return 1",
  "default/1/users/[id].js": "return 1",
  "default/1/users/[id].schema.json": "{}",
  "default/1/docs/[...slug].ts": "return 1",
  "default/1/index.ts": "return 1",
  "default/1/echo.test.ts": "",
  "default/1/pre.ts": "",
  "default/1/_lib.ts": "",
  "app/2/x.ts": "return 1",
};
const ROWS = [
  {
    path: "docs/[...slug].ts",
    routePath: "/docs/{slug*}",
    hasSchema: false,
    schemaFormat: null,
    pathParameters: ["slug"],
  },
  {
    path: "echo.js",
    routePath: "/echo",
    hasSchema: true,
    schemaFormat: "openapi-json",
    pathParameters: [],
    label: "Echo",
    description: "Says it again",
    tags: ["a", "b"],
  },
  { path: "index.ts", routePath: "/", hasSchema: false, schemaFormat: null, pathParameters: [] },
  {
    path: "users/[id].ts",
    routePath: "/users/{id}",
    hasSchema: true,
    schemaFormat: "json-schema",
    pathParameters: ["id"],
  },
];

describe("openapi.list", () => {
  test("shows each route once, in both places where clients look", async () => {
    await using app = await testApp({ files });
    const { status, body } = await app.call("GET", LIST);
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      data: { directory: "scripts", totalScripts: 4, withSchemas: 2, scripts: ROWS },
      scripts: ROWS,
    });
  });

  test.each(["directory=users", "dir=users", "directory=users&dir=docs"])(
    "%s narrows it; paths begin at the deployment all the same",
    async (query) => {
      await using app = await testApp({ files });
      const { body } = await app.call("GET", `${LIST}?${query}`);
      expect(body.data).toEqual({
        directory: "users",
        totalScripts: 1,
        withSchemas: 1,
        scripts: [ROWS[3]],
      });
    },
  );

  test.each([
    ["?subdomain=app&execId=2", {}],
    ["?dir=app/2", {}],
    ["", { host: "app.p1-c1-exec-2.node.example.com" }],
  ])("%s %o means another deployment", async (query, headers: Record<string, string>) => {
    await using app = await testApp({ files, flags: ["--allowed-hosts", "*.example.com"] });
    const { body } = await app.call("GET", LIST + query, undefined, headers);
    expect(body.scripts).toMatchObject([{ path: "x.ts", routePath: "/x" }]);
  });

  const refusals: readonly [query: string, status: number, error: string][] = [
    ["?directory=none", 404, "Directory not found"],
    ["?directory=echo.js", 400, "dir is not a directory"],
    ["?directory=node_modules", 403, "Directory is excluded from script discovery"],
    ["?directory=../..", 403, "Invalid path: must be within scripts directory"],
    ["?dir=/etc", 403, "Invalid path: must be within scripts directory"],
    ["?execId=A-1", 400, "execId must be 1 to 64 lower-case letters and digits"],
    ["?dir=%zz", 400, "Malformed query string"],
  ];
  for (const [query, status, error] of refusals) {
    scenario(`${query} is refused with success: false: ${error}`, {
      files,
      request: ["GET", LIST + query],
      status,
      body: { success: false, error, code: status === 400 ? "VALIDATION_ERROR" : `ERROR_${status}` },
    });
  }

  scenario("more scripts than --openapi-scripts-max are refused", {
    files,
    flags: ["--openapi-scripts-max", "3"],
    request: ["GET", LIST],
    status: 413,
    body: { success: false, details: { field: "directory", maxScripts: 3 } },
  });
});
