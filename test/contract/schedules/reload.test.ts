import { describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";
import { until } from "../../support/until.ts";

const PATH = "/api/v1/exec/schedules/reload";
const LIST = "/api/v1/exec/schedules/list";
const SCHEDULED = "// @schedule @daily\nreturn 1";

describe("schedules.reload", () => {
  test("tells what was added, kept and removed on disk, whether or not the watch was faster", async () => {
    await using app = await testApp({
      files: {
        "default/1/kept.ts": SCHEDULED,
        "default/1/gone.ts": SCHEDULED,
        "default/1/lost.ts": SCHEDULED,
      },
    });
    const total = async () => (await app.call("GET", LIST)).body.total;
    expect(await total()).toBe(3);
    await app.scripts.write({ "default/1/new.ts": SCHEDULED, "default/1/lost.ts": "return 1" });
    await rm(join(app.scripts.path, "default/1/gone.ts"));
    await until(total, (count) => count === 2);
    const expected = {
      added: ["default/1/new.ts"],
      kept: ["default/1/kept.ts"],
      removed: ["default/1/gone.ts", "default/1/lost.ts"],
    };
    const dry = await app.call("POST", PATH, { dry_run: true });
    expect(dry).toMatchObject({ status: 200, body: { dry_run: true, ...expected } });
    expect((await app.call("POST", PATH)).body).toEqual({ dry_run: false, ...expected });
    expect((await app.call("POST", PATH, {})).body).toEqual({
      dry_run: false,
      added: [],
      kept: ["default/1/kept.ts", "default/1/new.ts"],
      removed: [],
    });
  });

  test("what the control API registered was known, what it deleted is not told again", async () => {
    await using app = await testApp();
    await app.services.schedules.ready();
    for (const path of ["a.ts", "b.ts", "c.ts"])
      await app.call("POST", "/api/v1/exec/scripts/write", { path, content: SCHEDULED });
    await app.call("DELETE", "/api/v1/exec/scripts/delete?path=b.ts&confirm=true");
    await app.call("POST", "/api/v1/exec/scripts/write", { path: "c.ts", content: "return 1" });
    expect((await app.call("POST", PATH, {})).body).toEqual({
      dry_run: false,
      added: [],
      kept: ["default/1/a.ts"],
      removed: ["default/1/c.ts"],
    });
  });

  scenario("names scripts whose line cannot be used", {
    files: { "default/1/a.ts": "// @schedule never\nreturn 1" },
    request: ["POST", PATH, {}],
    status: 200,
    body: { added: [], kept: [], removed: [], failed: [{ path: "default/1/a.ts" }] },
  });

  scenario("dry_run must be a boolean", {
    request: ["POST", PATH, { dry_run: "yes" }],
    status: 400,
    body: { code: "VALIDATION_ERROR" },
  });
  scenario("with --schedules off it is unavailable", {
    flags: ["--schedules", "off"],
    request: ["POST", PATH, {}],
    status: 503,
    body: { error: "scheduler unavailable", code: "ERROR_503" },
  });
});
