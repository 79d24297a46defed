import { describe, expect, test } from "bun:test";
import { testApp, untilRunning } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { listeningApp } from "../../support/listening-app.ts";
import { openSocket } from "../../support/open-socket.ts";
import { until } from "../../support/until.ts";

const PATH = "/api/v1/exec/monitor/stats";

describe("monitor.getStats", () => {
  test("a fresh server has every figure, and all of them are nothing", async () => {
    const clock = new FakeClock();
    await using app = await testApp({ clock });
    clock.advance(61_900);
    const { status, body } = await app.call("GET", PATH);
    expect(status).toBe(200);
    const { memory, ...figures } = body;
    expect(figures).toEqual({
      uptime: 61,
      cache: { scripts: 0, vms: 0, sharedStates: 0, activeWsHostnames: 0 },
      requests: {
        ...{ total: 0, success: 0, errors: 0, activeHttp: 0 },
        ...{ perSecond: 0, per1m: 0, per5m: 0, per15m: 0 },
      },
      websocket: { opened: 0, closed: 0, active: 0, normalCloses: 0, abnormalCloses: 0 },
      cron: { fires: 0, errors: 0, active: 0, wrapperActive: 0 },
      droppedScripts: 0,
      sinceMs: Date.parse("2026-01-15T10:30:00.000Z"),
    });
    expect(memory.used).toBeWithin(1, memory.total + 1);
    expect(memory.percentage).toBeCloseTo((memory.used / memory.total) * 100, 1);
    expect(memory.rss).toBeGreaterThan(1e6);
  });

  test("requests are counted by their outcome, with the rates of the last minutes", async () => {
    const clock = new FakeClock();
    await using app = await testApp({
      clock,
      files: {
        "default/1/a.js": "return { a: 1 }",
        "default/1/b.js": "throw new Error('b')",
        "web/1/c.js": "shared.n = 1; return res.status(404).json({})",
      },
    });
    for (const path of ["/a", "/a", "/b", "/nothing", "/api/v1/exec/health"]) await app.fetch(path);
    await app.fetch("/c", { headers: { host: "web.p1-c1-exec-1.node.example.com" } });
    await app.fetch("/a", { method: "OPTIONS" });
    clock.advance(100_000);
    await app.fetch("/a");
    const { body } = await app.call("GET", PATH);
    expect(body.requests).toEqual({
      ...{ total: 5, success: 4, errors: 1, activeHttp: 0 },
      ...{ perSecond: 0.05, per1m: 0.017, per5m: 0.05, per15m: 0.05 },
    });
    expect(body.cache).toEqual({ scripts: 3, vms: 2, sharedStates: 1, activeWsHostnames: 0 });
  });

  test("sockets are counted beside requests", async () => {
    await using app = await listeningApp({ "a.js": "// @mode worker\n// @websocket\nws.message = () => 1" });
    const socket = await openSocket(app.url, "/a");
    const stats = async () => JSON.parse(await app.get(PATH));
    const open = await until(stats, ({ websocket }) => websocket.active === 1);
    expect(open.websocket).toEqual({ opened: 1, closed: 0, active: 1, normalCloses: 0, abnormalCloses: 0 });
    expect([open.cache.activeWsHostnames, open.requests.total]).toEqual([1, 0]);
    socket.close(1000);
    const closed = await until(stats, ({ websocket }) => websocket.active === 0);
    expect(closed.websocket).toEqual({ opened: 1, closed: 1, active: 0, normalCloses: 1, abnormalCloses: 0 });
    expect(closed.cache.activeWsHostnames).toBe(0);
  });

  test("runs of schedules are counted as such, and are no requests", async () => {
    await using app = await testApp({
      files: {
        "default/1/tick.js": "// @schedule 0 0 1 1 *\nreturn { a: 1 }",
        "default/1/fails.js": "// @schedule 0 0 1 1 *\nthrow new Error('a')",
      },
    });
    for (const scriptPath of ["default/1/tick.js", "default/1/fails.js"]) {
      await app.call("POST", "/api/v1/exec/schedules/trigger", { scriptPath });
    }
    const { body } = await until(
      () => app.call("GET", PATH),
      ({ body: { cron } }) => cron.fires === 2 && cron.active === 0,
    );
    expect(body.cron).toEqual({ fires: 2, errors: 1, active: 0, wrapperActive: 0 });
    expect([body.requests.total, body.requests.errors, body.cache.scripts]).toEqual([0, 0, 0]);
  });

  test("scripts that find no room are counted", async () => {
    const clock = new FakeClock();
    await using app = await testApp({
      clock,
      flags: ["--metrics-scripts-cap", "1"],
      files: {
        "default/1/waits.js": "await new Promise((go) => { shared.go = go }); return 1",
        "default/1/a.js": "return 1",
        "default/1/go.js": "shared.go(); return 1",
      },
    });
    const waiting = app.fetch("/waits");
    await untilRunning(app, 1);
    await app.fetch("/a");
    await app.fetch("/a");
    const { body } = await app.call("GET", PATH);
    expect([body.droppedScripts, body.cache.scripts, body.requests.total]).toEqual([1, 1, 2]);
    expect(body.requests.activeHttp).toBe(1);
    await app.fetch("/go");
    await waiting;
  });

  test("an unknown parameter is refused", async () => {
    await using app = await testApp();
    const { status, body } = await app.call("GET", `${PATH}?verbose=1`);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: "Invalid request parameters",
      code: "VALIDATION_ERROR",
      details: { field: "query", reason: "unexpected parameter" },
    });
  });
});
