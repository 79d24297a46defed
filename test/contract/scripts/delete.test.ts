import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const DELETE = "/api/v1/exec/scripts/delete";
const files = { "default/1/a.js": "12345", "default/1/a.md": "", "default/1/dir/x.js": "" };
const all = Object.keys(files);

describe("scripts.delete", () => {
  test("removes the file with its route, and nothing beside it", async () => {
    await using app = await testApp({ files });
    const { status, body } = await app.call("DELETE", `${DELETE}?path=a.js&confirm=true`);
    expect(status).toBe(200);
    expect(body).toEqual({ deleted: true, path: "a.js", resolvedPath: "default/1/a.js", size: 5 });
    expect(await app.scripts.list()).toEqual(["default/1/a.md", "default/1/dir/x.js"]);
    expect((await app.call("POST", "/api/v1/exec/route/resolve", { path: "/a" })).body.matched).toBe(false);
    expect((await app.call("DELETE", `${DELETE}?path=a.js&confirm=true`)).status).toBe(404);
  });

  for (const confirm of ["", "&confirm=", "&confirm=1", "&confirm=TRUE", "&confirm=false"]) {
    scenario(`without the word true (${confirm || "nothing"}) nothing is deleted`, {
      files,
      request: ["DELETE", `${DELETE}?path=a.js${confirm}`],
      status: 400,
      body: { error: "confirm=true parameter required for safety", code: "VALIDATION_ERROR" },
      filesAfter: all,
    });
  }

  const refusals: readonly [query: string, status: number, error: string][] = [
    ["", 400, "path parameter is required"],
    ["path=none.js", 404, "Script not found"],
    ["path=dir", 400, "path is a directory; use scripts/list"],
    ["path=.git/config", 403, "Path is excluded from access"],
    ["path=../../x.js", 403, "Invalid path: must be within scripts directory"],
    ["path=a%255c.js", 403, "Invalid path: must be within scripts directory"],
  ];
  for (const [query, status, error] of refusals) {
    scenario(`"${query}" is refused: ${error}`, {
      files,
      request: ["DELETE", `${DELETE}?confirm=true&${query}`],
      status,
      body: { error },
      filesAfter: all,
    });
  }
});
