import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { scenario } from "../../support/scenario.ts";

const LIST = "/api/v1/exec/schedules/list";
const WRITE = "/api/v1/exec/scripts/write";
const TRIGGER = "/api/v1/exec/schedules/trigger";

const rows = async (app: Awaited<ReturnType<typeof testApp>>) =>
  ((await app.call("GET", LIST)).body.schedules as { scriptRel: string; expression: string }[]).map(
    ({ scriptRel, expression }) => [scriptRel, expression],
  );

describe("schedules.list", () => {
  test("tells of each scheduled script what it is and when it fires", async () => {
    await using app = await testApp({
      clock: new FakeClock("2026-01-15T10:31:12.345Z"),
      files: { "default/1/tick.js": "// @schedule */5 * * * *\nreturn 1", "default/1/plain.ts": "return 1" },
    });
    const { status, body } = await app.call("GET", LIST);
    expect(status).toBe(200);
    expect(body).toEqual({
      total: 1,
      schedules: [
        {
          scriptPath: join(app.scripts.path, "default/1/tick.js"),
          scriptRel: "default/1/tick.js",
          subdomain: "default",
          execId: "1",
          vmCacheKey: "default/1",
          expression: "*/5 * * * *",
          timeoutMs: 30_000,
          registeredAt: "2026-01-15T10:31:12.345Z",
          nextFire: "2026-01-15T10:35:00.000Z",
          lastFireAt: null,
          lastFireStatus: null,
          lastFireRunId: null,
        },
      ],
    });
  });

  test.each([
    ["// @schedule-timeout 2m\n// @timeout 5s", 120_000],
    ["// @timeout 5s", 5_000],
    ["// @schedule-timeout unlimited", 0],
    ["", 30_000],
  ])("%j limits runs to %d ms", async (header, timeoutMs) => {
    await using app = await testApp({
      files: { "default/1/a.ts": `// @schedule @daily\n${header}\nreturn 1` },
    });
    expect((await app.call("GET", LIST)).body.schedules[0].timeoutMs).toBe(timeoutMs);
  });

  test.each([
    ["app/2/a.ts", { subdomain: "app", execId: "2", vmCacheKey: "app/2" }],
    ["app/2/deep/er/a.ts", { subdomain: "app", execId: "2", vmCacheKey: "app/2" }],
    ["app/a.ts", { subdomain: "app", execId: null, vmCacheKey: "app/1" }],
    ["a.ts", { subdomain: "default", execId: null, vmCacheKey: "default/1" }],
  ])("%s runs in %j", async (file, place) => {
    await using app = await testApp({ files: { [file]: "// @schedule @daily\nreturn 1" } });
    const { schedules } = (await app.call("GET", LIST)).body;
    expect(schedules).toMatchObject([{ scriptRel: file, ...place }]);
    const run = await app.call("POST", TRIGGER, { scriptPath: schedules[0].scriptPath });
    expect(run.body).toMatchObject({ scriptPath: file, status: "ok" });
  });

  test("what no request can reach is not scheduled", async () => {
    const header = "// @schedule @daily\nreturn 1";
    await using app = await testApp({
      files: Object.fromEntries(
        [
          "pre.ts",
          "post.js",
          "_help.ts",
          "_lib/x.ts",
          "a.test.ts",
          "a.d.ts",
          "a.md",
          "node_modules/x.js",
        ].map((name) => [`default/1/${name}`, header]),
      ),
    });
    expect(await rows(app)).toEqual([]);
  });

  test.each(["0 0 30 2 *", "0 0 31 4,6,9,11 *"])(
    "%s never comes, and holds nothing up",
    async (expression) => {
      await using app = await testApp({
        files: { "default/1/a.ts": `// @schedule ${expression}\nreturn 1` },
      });
      expect((await app.call("GET", LIST)).body.schedules).toMatchObject([{ expression, nextFire: null }]);
    },
  );

  test.each(["61 * * * *", "* * * * * *", "* * L * *", "* * 15W * *", "@reboot", "every day", "5-1 * * * *"])(
    "%s is a warning of validate, a failure of reload, and no schedule",
    async (expression) => {
      const code = `// @schedule ${expression}\nreturn 1`;
      await using app = await testApp({ files: { "default/1/a.ts": code, "default/1/b.ts": "return 1" } });
      expect(await rows(app)).toEqual([]);
      const { body } = await app.call("POST", "/api/v1/exec/validate/magic-comments", { code });
      expect(body.warnings).toMatchObject([{ directive: "@schedule", value: expression }]);
      expect((await app.call("POST", "/api/v1/exec/schedules/reload", {})).body.failed).toMatchObject([
        { path: "default/1/a.ts", reason: expect.stringContaining("expected five fields") },
      ]);
      expect(await (await app.fetch("/a")).text()).toBe("1");
    },
  );

  test("the last fire is told, also by the server after this one", async () => {
    await using app = await testApp({ files: { "default/1/a.ts": "// @schedule @daily\nthrow 1" } });
    const { runId } = (await app.call("POST", TRIGGER, { scriptPath: "a.ts" })).body;
    expect((await app.call("GET", LIST)).body.schedules[0]).toMatchObject({
      lastFireAt: expect.any(String),
      lastFireStatus: "error",
      lastFireRunId: runId,
    });
    await using next = await testApp({ storage: app.storage });
    expect((await next.call("GET", LIST)).body.schedules[0]).toMatchObject({
      lastFireStatus: "error",
      lastFireRunId: runId,
    });
  });

  scenario("with --schedules off there are none", {
    files: { "default/1/a.ts": "// @schedule @daily\nreturn 1" },
    flags: ["--schedules", "off"],
    request: ["GET", LIST],
    status: 200,
    body: { total: 0, schedules: [] },
  });
});

describe("schedules follow", () => {
  test("a write, and the write says so", async () => {
    await using app = await testApp();
    const write = async (content: string, path = "a.ts") =>
      (await app.call("POST", WRITE, { path, content })).body.schedule;
    expect(await write("return 1")).toBeUndefined();
    expect(await write("// @schedule @daily\nreturn 1")).toEqual({ action: "registered" });
    expect(await rows(app)).toEqual([["default/1/a.ts", "@daily"]]);
    expect(await write("// @schedule '0  3 * * *'\nreturn 1")).toEqual({ action: "updated" });
    expect(await rows(app)).toEqual([["default/1/a.ts", "0 3 * * *"]]);
    expect(await write("// @schedule 99 * * * *\nreturn 1")).toEqual({
      action: "failed",
      reason: expect.stringContaining("expected five fields"),
    });
    expect(await rows(app)).toEqual([]);
    await write("// @schedule @daily\nreturn 1");
    expect(await write("return 1")).toEqual({ action: "unregistered" });
    expect(await rows(app)).toEqual([]);
    expect(await write("// @schedule @daily\n", "pre.ts")).toMatchObject({ action: "none" });
    expect(await write("// @schedule @daily\n", "a.md")).toBeUndefined();
  });

  test("a move, a delete, an update of the magic comments, and a directory that goes away", async () => {
    await using app = await testApp({
      files: {
        "default/1/a.ts": "// @schedule @daily\nreturn 1",
        "default/1/d/b.ts": "// @schedule @daily\nreturn 1",
        "default/1/d/e/c.ts": "// @schedule @daily\nreturn 1",
        "default/1/dd.ts": "// @schedule @daily\nreturn 1",
      },
    });
    const files = async () => (await rows(app)).map(([file]) => file?.slice("default/1/".length));
    expect(await files()).toEqual(["a.ts", "d/b.ts", "d/e/c.ts", "dd.ts"]);
    await app.call("POST", "/api/v1/exec/scripts/move", { from: "a.ts", to: "z.ts" });
    expect(await files()).toEqual(["d/b.ts", "d/e/c.ts", "dd.ts", "z.ts"]);
    await app.call("DELETE", "/api/v1/exec/scripts/delete?path=z.ts&confirm=true");
    expect(await files()).toEqual(["d/b.ts", "d/e/c.ts", "dd.ts"]);
    await app.call("PUT", "/api/v1/exec/magic-comments/update", {
      path: "dd.ts",
      comments: { schedule: "@hourly" },
    });
    expect((await rows(app)).at(-1)).toEqual(["default/1/dd.ts", "@hourly"]);
    app.services.scripts.changes.emit({ kind: "removed", file: "default/1/d", origin: "disk" });
    expect(await files()).toEqual(["dd.ts"]);
  });

  test("what changes while they are read for the first time", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`default/1/s${at}.ts`, "// @schedule @daily\nreturn 1"]),
    );
    await using app = await testApp({ files: many });
    const reading = app.services.schedules.ready();
    await app.call("DELETE", "/api/v1/exec/scripts/delete?path=s7.ts&confirm=true");
    await app.call("POST", WRITE, { path: "s8.ts", content: "return 1" });
    await reading;
    const files = (await rows(app)).map(([file]) => file);
    expect(files).toHaveLength(498);
    expect(files).not.toContain("default/1/s7.ts");
    expect(files).not.toContain("default/1/s8.ts");
  });
});
