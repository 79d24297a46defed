import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";
import { tickingPage } from "../../support/ticking-page.ts";
import { until } from "../../support/until.ts";

const PATH = "/api/v1/exec/schedules/trigger";
const HISTORY = "/api/v1/exec/schedules/history";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TICK = "// @schedule */5 * * * *\nmodule.exports = (req, res) => res.json({ ok: true });\n";

/** Loops are ended by a page that ticks. */
const page = tickingPage();
const { mark } = page;
afterAll(() => page[Symbol.dispose]());

/** What a script answers as JSON when its schedule runs it. */
async function preview(source: string, files: Record<string, string> = {}) {
  await using app = await testApp({
    mark,
    files: { ...files, "default/1/a.ts": `// @schedule @daily\n${source}` },
  });
  const { body } = await app.call("POST", PATH, { scriptPath: "default/1/a.ts" });
  const { entries } = (await app.call("GET", HISTORY)).body;
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({ runId: body.runId, status: body.status });
  return entries[0] as { status: string; returnPreview?: string; error?: string };
}

describe("schedules.trigger", () => {
  test("runs the script and answers how that went", async () => {
    await using app = await testApp({ files: { "default/1/tick.js": TICK } });
    const { status, body } = await app.call("POST", PATH, { scriptPath: "default/1/tick.js" });
    expect(status).toBe(200);
    expect(body).toEqual({
      triggered: true,
      scriptPath: "default/1/tick.js",
      runId: expect.stringMatching(UUID),
      status: "ok",
      durationMs: expect.any(Number),
    });
    expect(app.services.schedules.totals).toEqual({ fires: 1, errors: 0, active: 0, wrapperActive: 0 });
  });

  test.each([
    ["absolute", (root: string) => join(root, "default/1/tick.js"), {}],
    ["relative to the deployment of the Host", () => "tick.js", {}],
    ["relative to another deployment", () => "tick.js", { host: "app.p1-c1-exec-2.node.example" }],
  ])("the path may be %s", async (_, pathOf, headers) => {
    const flags = ["--allowed-hosts", "app.p1-c1-exec-2.node.example,localhost"];
    await using app = await testApp({
      flags,
      files: { "default/1/tick.js": TICK, "app/2/tick.js": TICK },
    });
    const { body } = await app.call("POST", PATH, { scriptPath: pathOf(app.scripts.path) }, headers);
    expect(body).toMatchObject({ triggered: true, status: "ok" });
    expect(body.scriptPath).toBe("host" in headers ? "app/2/tick.js" : "default/1/tick.js");
  });

  test.each<[string, object]>([
    ["return { a: 1 }", { status: "ok", returnPreview: '{"a":1}' }],
    ['return "done"', { status: "ok", returnPreview: '"done"' }],
    ["return 5", { status: "ok", returnPreview: "5" }],
    ["return false", { status: "ok", returnPreview: "false" }],
    ["module.exports = (req, res) => res.json([1])", { status: "ok", returnPreview: "[1]" }],
    ["res.status(201).send('x')", { status: "ok", returnPreview: '"x"' }],
    ["return (async function* () { yield 'a'; yield 'b' })()", { status: "ok", returnPreview: '"ab"' }],
    ["export const GET = async (request) => Response.json({ m: request.method })", { status: "ok" }],
    ["return new Uint8Array([0, 1, 2])", { status: "ok" }],
    ["", { status: "ok" }],
    ["return 'x'.repeat(1e6)", { status: "ok", returnPreview: `"${"x".repeat(199)}` }],
    ["throw new Error('no luck')", { status: "error", error: "no luck" }],
    ["await null; throw 'x'.repeat(1e6)", { status: "error", error: expect.stringMatching(/^x{500}$/) }],
    ["return new Error('as a value')", { status: "error", error: "as a value" }],
    ["return res.status(503).json({ error: 'busy' })", { status: "error", error: "busy" }],
    ["const a = {}; a.a = a; return a", { status: "error" }],
    [
      "\nwhile (true) {}",
      { status: "error", error: expect.stringMatching(/ran for 50 ms .*@loop-limit.*default\/1\/a\.ts:4/) },
    ],
    [
      "return { get slow() { for (;;); } }",
      { status: "error", error: expect.stringContaining("default/1/a.ts:3") },
    ],
    ["export const POST = () => 1", { status: "error", error: "Method CRON is not among POST" }],
    ["const = 1", { status: "load_error" }],
    ["import x from './missing.ts'; return x", { status: "load_error" }],
    ["// @enabled false\nreturn 1", { status: "disabled" }],
    ["// @websocket\n// @mode worker\nreturn 1", { status: "incompatible" }],
    ["// @websocket\nreturn 1", { status: "incompatible" }],
  ])("%j ends as %j", async (source, expected) => {
    const found = await preview(`// @loop-limit 50\n${source}`);
    if (!("returnPreview" in expected) && !source.includes("GET"))
      expect(found.returnPreview).toBeUndefined();
    if (found.status === "ok") expect(found.error).toBeUndefined();
    else expect(found.error?.length).toBeGreaterThan(0);
    expect(found).toMatchObject(expected);
  });

  test("a script can see who runs it", async () => {
    const source = `return [metadata.trigger, metadata.method, req.method, req.url, metadata.clientIp, metadata.scriptPath,
  metadata.subdomain, metadata.execId, metadata.routePattern, req.body, metadata.query]`;
    expect(JSON.parse((await preview(source)).returnPreview ?? "")).toEqual([
      "cron",
      "CRON",
      "CRON",
      "/a",
      "",
      "default/1/a.ts",
      "default",
      "1",
      "/a",
      null,
      {},
    ]);
  });

  test("middleware, which guards requests, does not run", async () => {
    expect(await preview("return 1", { "default/1/pre.ts": "return 'refused'" })).toMatchObject({
      returnPreview: "1",
    });
  });

  test("runs share state and a kept context with the requests of their deployment", async () => {
    await using app = await testApp({
      files: {
        "default/1/a.ts":
          "// @schedule @daily\n// @mode worker\nshared.n = (shared.n ?? 0) + 1; globalThis.n = 7;",
        "default/1/b.ts": "// @mode worker\nreturn [shared.n, globalThis.n]",
      },
    });
    await app.call("POST", PATH, { scriptPath: "a.ts" });
    await app.call("POST", PATH, { scriptPath: "a.ts" });
    expect(await (await app.fetch("/b")).json()).toEqual([2, 7]);
  });

  test("a script that takes longer than its limit gives its slot back, and learns it", async () => {
    await using app = await testApp({
      files: {
        "default/1/a.ts": `// @schedule @daily
// @schedule-timeout 40
req.signal.addEventListener("abort", () => { shared.why = req.signal.reason.name });
await new Promise(() => {})`,
      },
    });
    for (let at = 0; at < 2; at++) {
      const { body } = await app.call("POST", PATH, { scriptPath: "a.ts" });
      expect(body).toMatchObject({
        triggered: true,
        status: "timeout",
        error: "The run took longer than 40 ms",
      });
      expect(body.durationMs).toBeGreaterThanOrEqual(35);
    }
    expect(app.services.shared.of("default/1")).toEqual({ why: "TimeoutError" });
    // The code of both is still there, since nothing can end it.
    expect(app.services.schedules.totals).toEqual({ fires: 2, errors: 2, active: 2, wrapperActive: 0 });
    expect(app.services.executions.size).toBe(0);
  });

  test("@timeout is the limit where @schedule-timeout is absent, and a place of @concurrent is given back", async () => {
    await using app = await testApp({
      files: {
        "default/1/a.ts":
          "// @schedule @daily\n// @timeout 30\n// @concurrent false\nawait new Promise(() => {})",
      },
    });
    for (let at = 0; at < 2; at++) {
      expect((await app.call("POST", PATH, { scriptPath: "a.ts" })).body.status).toBe("timeout");
    }
  });

  test("a run in flight makes the next one skip", async () => {
    await using app = await testApp({
      files: {
        "default/1/a.ts":
          "// @schedule @daily\nawait new Promise((resolve) => { shared.go = resolve }); return 1",
      },
    });
    const first = app.call("POST", PATH, { scriptPath: "a.ts" });
    const shared = app.services.shared.of("default/1") as { go?: () => void };
    await until(
      () => shared.go,
      (go) => go !== undefined,
    );
    expect(app.services.schedules.totals).toEqual({ fires: 1, errors: 0, active: 1, wrapperActive: 1 });
    expect(app.services.executions.list()).toMatchObject([{ scriptPath: "/a", method: "CRON", url: "/a" }]);
    expect((await app.call("POST", PATH, { scriptPath: "a.ts" })).body).toMatchObject({
      triggered: false,
      status: "skipped_overload",
    });
    shared.go?.();
    expect((await first).body.status).toBe("ok");
    expect(app.services.schedules.totals).toEqual({ fires: 2, errors: 0, active: 0, wrapperActive: 0 });
  });

  test("a failure is in the log, under the id of its execution", async () => {
    const lines: Record<string, unknown>[] = [];
    const pino = (await import("pino")).default;
    const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    await using app = await testApp({
      log,
      files: { "default/1/a.ts": "// @schedule @daily\nthrow new Error('no luck')" },
    });
    const { runId } = (await app.call("POST", PATH, { scriptPath: "a.ts" })).body;
    const [failure, fire] = lines;
    expect(failure).toMatchObject({ msg: "Script failed", script: "default/1/a.ts", line: 2 });
    expect(fire).toMatchObject({ msg: "A scheduled run failed", runId, status: "error" });
    expect(fire?.["executionId"]).toBe(failure?.["executionId"] as string);
  });

  describe("a script with @token", () => {
    const files = { "default/1/a.ts": "// @schedule @daily\n// @token s3cret\nreturn 1" };

    scenario("is refused without force and not run", {
      files,
      request: ["POST", PATH, { scriptPath: "a.ts" }],
      status: 403,
      body: { code: "ERROR_403", details: { hasToken: true } },
      never: ["s3cret"],
    });
    scenario("runs with force", {
      files,
      request: ["POST", PATH, { scriptPath: "a.ts", force: true }],
      status: 200,
      body: { triggered: true, status: "ok" },
    });
    scenario("runs where the server allows it", {
      files,
      flags: ["--schedules-trigger-allow-token"],
      request: ["POST", PATH, { scriptPath: "a.ts" }],
      status: 200,
      body: { triggered: true, status: "ok" },
    });
  });

  const FILES = {
    "default/1/plain.ts": "return 1",
    "default/1/notes.md": "// @schedule @daily",
    "default/1/pre.ts": "// @schedule @daily\n",
    "default/1/odd.ts": "// @schedule 61 * * * *\n",
    "node_modules/x/index.js": "// @schedule @daily\n",
  };
  test.each<[object, number, string]>([
    [{}, 400, "scriptPath is required"],
    [{ scriptPath: "" }, 400, "scriptPath is required"],
    [{ scriptPath: 1 }, 400, "scriptPath must be a string"],
    [{ scriptPath: "plain.ts", force: "yes" }, 400, "force must be a boolean"],
    [{ scriptPath: "plain.ts", force: null }, 400, "force must be a boolean"],
    [{ scriptPath: "../../x.ts" }, 400, "scriptPath must be inside scripts directory"],
    [{ scriptPath: "/etc/passwd" }, 400, "scriptPath must be inside scripts directory"],
    [{ scriptPath: "plain.ts" }, 400, "script has no @schedule directive"],
    [{ scriptPath: "notes.md" }, 400, "script is not schedulable"],
    [{ scriptPath: "pre.ts" }, 400, "script is not schedulable"],
    [{ scriptPath: "odd.ts" }, 400, "script is not schedulable"],
    [{ scriptPath: "missing.ts" }, 404, "script not found"],
    [{ scriptPath: "node_modules/x/index.js" }, 403, "Path is excluded from access"],
  ])("%j answers %d %s and counts no fire", async (body, status, error) => {
    await using app = await testApp({ files: FILES });
    expect(await app.call("POST", PATH, body)).toMatchObject({ status, body: { error } });
    expect(app.services.schedules.totals.fires).toBe(0);
    expect((await app.call("GET", HISTORY)).body.total).toBe(0);
  });

  scenario("with --schedules off it is unavailable", {
    files: { "default/1/a.ts": TICK },
    flags: ["--schedules", "off"],
    request: ["POST", PATH, { scriptPath: "a.ts" }],
    status: 503,
    body: { error: "scheduler unavailable" },
  });

  test("while the server stops nothing is begun", async () => {
    await using app = await testApp({ files: { "default/1/a.ts": TICK } });
    await app.services.schedules.pause();
    expect((await app.call("POST", PATH, { scriptPath: "a.ts" })).body).toEqual({
      triggered: false,
      scriptPath: "default/1/a.ts",
      runId: expect.stringMatching(UUID),
      status: "scheduler_not_ready",
      durationMs: 0,
    });
    expect(app.services.schedules.totals.fires).toBe(0);
  });
});
