import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const MOVE = "/api/v1/exec/scripts/move";
const files = { "default/1/a.js": "12345", "default/1/b.js": "b", "default/1/dir/x.js": "" };
const all = Object.keys(files);

describe("scripts.move", () => {
  test("gives the file its new name, and the route follows", async () => {
    await using app = await testApp({ files });
    const { status, body } = await app.call("POST", MOVE, { from: "a.js", to: "new/c.js" });
    expect(status).toBe(200);
    expect(body).toEqual({
      moved: true,
      from: "a.js",
      to: "new/c.js",
      resolvedFrom: "default/1/a.js",
      resolvedTo: "default/1/new/c.js",
      size: 5,
    });
    expect(await app.scripts.list()).toEqual(["default/1/b.js", "default/1/dir/x.js", "default/1/new/c.js"]);
    const tested = await app.call("POST", "/api/v1/exec/route/test", { paths: ["/a", "/new/c"] });
    expect(tested.body.results.map(({ matched }: { matched: boolean }) => matched)).toEqual([false, true]);
  });

  scenario("an existing target is replaced when that is wanted", {
    files,
    request: ["POST", MOVE, { from: "a.js", to: "b.js", overwrite: true }],
    status: 200,
    body: { resolvedTo: "default/1/b.js", size: 5 },
    filesAfter: ["default/1/b.js", "default/1/dir/x.js"],
  });

  scenario("body and query name the deployment as everywhere", {
    files: { "app/2/a.js": "" },
    request: ["POST", `${MOVE}?subdomain=app`, { from: "a.js", to: "b.js", exec_id: "2" }],
    status: 200,
    filesAfter: ["app/2/b.js"],
  });

  const refusals: readonly [body: unknown, status: number, error: string][] = [
    [{}, 400, "from and to paths are required"],
    [{ from: "a.js" }, 400, "from and to paths are required"],
    [{ from: "a.js", to: "" }, 400, "from and to paths are required"],
    [{ from: "none.js", to: "c.js" }, 404, "Script not found"],
    [
      { from: "a.js", to: "b.js" },
      409,
      'Cannot move "default/1/a.js" to "default/1/b.js": the target exists',
    ],
    [
      { from: "a.js", to: "a.js" },
      409,
      'Cannot move "default/1/a.js" to "default/1/a.js": the target exists',
    ],
    [{ from: "dir", to: "c" }, 400, "path is a directory; use scripts/list"],
    [{ from: "a.js", to: "dir", overwrite: true }, 400, "path is a directory; use scripts/list"],
    [
      { from: "a.js", to: "b.js/c.js" },
      400,
      'Cannot move to "default/1/b.js/c.js": a part of the path is a file',
    ],
    [{ from: "a.js", to: "_sdk/c.js" }, 403, "Path is excluded from access"],
    [{ from: "_hoody/a.js", to: "c.js" }, 403, "Path is excluded from access"],
    [{ from: "a.js", to: "../../../c.js" }, 403, "Invalid path: must be within scripts directory"],
    [{ from: "/etc/passwd", to: "c.js" }, 403, "Invalid path: must be within scripts directory"],
    [{ from: "a.js", to: "c.js", overwrite: "yes" }, 400, "Invalid request body"],
  ];
  for (const [body, status, error] of refusals) {
    scenario(`${JSON.stringify(body)} is refused: ${error}`, {
      files,
      request: ["POST", MOVE, body],
      status,
      body: { error, code: status === 400 ? "VALIDATION_ERROR" : `ERROR_${status}` },
      filesAfter: all,
    });
  }
});
