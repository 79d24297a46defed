import { describe, expect, test } from "bun:test";
import { type TestApp, testApp, untilRunning } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { listeningApp } from "../../support/listening-app.ts";
import { openSocket } from "../../support/open-socket.ts";
import { until } from "../../support/until.ts";

const PATH = "/api/v1/exec/monitor/scripts";

const pathsOf = async (app: TestApp, query: string): Promise<string[]> =>
  (await app.call("GET", `${PATH}${query}`)).body.scripts.map(
    ({ scriptPath }: { scriptPath: string }) => scriptPath,
  );

describe("monitor.listMonitorScripts", () => {
  test("a script that was called, with every field", async () => {
    const clock = new FakeClock();
    await using app = await testApp({
      clock,
      files: {
        "default/1/users/[id].ts":
          "shared.n = 1; if (req.params.id === '0') throw new Error('no\\nzero token=abc'); return 1",
      },
    });
    await app.fetch("/users/1");
    clock.advance(1_000);
    const failed = await app.fetch("/users/0");
    const { status, body } = await app.call("GET", PATH);
    expect(status).toBe(200);
    expect(body).toEqual({
      count: 1,
      total: 1,
      scripts: [
        {
          scriptPath: "/users/[id]",
          hostname: "default/1",
          vmCached: true,
          sharedStateBytes: 7,
          activeHttp: 0,
          activeWs: 0,
          concurrentRunning: 0,
          http: {
            ...{ total: 2, success: 1, errors: 1 },
            ...{ meanDurationMs: 0, p50DurationMs: 0, p95DurationMs: 0, maxDurationMs: 0 },
          },
          ws: {
            ...{ opened: 0, closed: 0, normalCloses: 0, abnormalCloses: 0 },
            ...{ meanSessionMs: 0, maxSessionMs: 0 },
          },
          recentErrors: [
            {
              timestamp: "2026-01-15T10:30:01.000Z",
              statusCode: 500,
              message: "no zero token=***",
              executionId: failed.headers.get("x-execution-id"),
            },
          ],
          firstSeenAt: "2026-01-15T10:30:00.000Z",
          lastActivityAt: "2026-01-15T10:30:01.000Z",
        },
      ],
    });
  });

  test("durations are those of the requests", async () => {
    const clock = new FakeClock();
    await using app = await testApp({
      clock,
      files: {
        "default/1/a.js": "await new Promise((go) => { shared.go = go }); return 1",
        "default/1/go.js": "shared.go(); return 1",
      },
    });
    for (const ms of [10, 20, 30, 400]) {
      const answer = app.fetch("/a");
      await untilRunning(app, 1);
      clock.advance(ms);
      await app.fetch("/go");
      await answer;
    }
    const { body } = await app.call("GET", `${PATH}?sort=p95`);
    expect(body.scripts[0].http).toEqual({
      ...{ total: 4, success: 4, errors: 0 },
      ...{ meanDurationMs: 115, p50DurationMs: 20, p95DurationMs: 400, maxDurationMs: 400 },
    });
  });

  test("the same route of two deployments is two rows; what has no shared state says so", async () => {
    await using app = await testApp({
      files: { "default/1/a.js": "return 1", "web/2/a.js": "shared.a = 1; return 1" },
    });
    await app.fetch("/a");
    await app.fetch("/a", { headers: { host: "web.p1-c1-exec-2.node.example.com" } });
    const { body } = await app.call("GET", PATH);
    const rows = body.scripts.map(({ scriptPath, hostname, sharedStateBytes }: Record<string, unknown>) => [
      ...[scriptPath, hostname, sharedStateBytes],
    ]);
    expect(rows.toSorted()).toEqual([
      ["/a", "default/1", null],
      ["/a", "web/2", 7],
    ]);
  });

  test("what was recorded outlasts cache/clear, a change and the end of a script", async () => {
    await using app = await testApp({ files: { "default/1/a.js": "return 1" } });
    await app.fetch("/a");
    await app.call("POST", "/api/v1/exec/cache/clear", { hostname: "default/1", clearState: true });
    const [row] = (await app.call("GET", PATH)).body.scripts;
    expect([row.http.total, row.vmCached]).toEqual([1, false]);
    await app.call("POST", "/api/v1/exec/scripts/write", { path: "a.js", content: "return 2" });
    await app.fetch("/a");
    await app.call("DELETE", "/api/v1/exec/scripts/delete?path=a.js&confirm=true");
    expect((await app.fetch("/a")).status).toBe(404);
    expect((await app.call("GET", PATH)).body.scripts[0].http.total).toBe(2);
  });

  describe("order and number of rows", () => {
    async function busy() {
      const clock = new FakeClock();
      const app = await testApp({
        clock,
        files: {
          "default/1/often.js": "return 1",
          "default/1/fails.js": "throw 1",
          "default/1/last.js": "return 1",
        },
      });
      for (const path of ["/fails", "/often", "/often", "/often", "/last"]) {
        clock.advance(10);
        await app.fetch(path);
      }
      return app;
    }

    test.each([
      ["", ["/last", "/often", "/fails"]],
      ["?sort=lastActivity", ["/last", "/often", "/fails"]],
      ["?sort=requests", ["/often", "/last", "/fails"]],
      ["?sort=errors", ["/fails", "/last", "/often"]],
      ["?sort=p95", ["/last", "/often", "/fails"]],
      ["?sort=ws_active", ["/last", "/often", "/fails"]],
      ["?limit=2", ["/last", "/often"]],
      ["?limit=0", ["/last"]],
      ["?limit=-7", ["/last"]],
      ["?limit=", ["/last", "/often", "/fails"]],
      ["?limit=100000", ["/last", "/often", "/fails"]],
    ])("%j gives %j", async (query, paths) => {
      await using app = await busy();
      expect(await pathsOf(app, query)).toEqual(paths);
    });

    test("count is what is listed, total what is recorded", async () => {
      await using app = await busy();
      expect((await app.call("GET", `${PATH}?limit=1`)).body).toMatchObject({ count: 1, total: 3 });
    });

    test("open sockets come first when asked for", async () => {
      await using app = await listeningApp({
        "ws.js": "// @mode worker\n// @websocket\nws.message = () => 1",
        "a.js": "return 1",
      });
      const socket = await openSocket(app.url, "/ws");
      const list = async () => JSON.parse(await app.get(`${PATH}?sort=ws_active`));
      await until(list, ({ scripts }) => scripts[0]?.activeWs === 1);
      await app.get("/a");
      const { scripts } = await list();
      expect(scripts.map(({ scriptPath }: { scriptPath: string }) => scriptPath)).toEqual(["/ws", "/a"]);
      socket.close(4000);
      await until(
        list,
        ({ scripts: [first] }) => first.ws.abnormalCloses + first.activeWs === 1 && first.activeWs === 0,
      );
    });
  });

  test.each([
    ["limit=many", "limit", "must be between 1 and 500"],
    ["limit=1.5", "limit", "must be between 1 and 500"],
    ["sort=name", "sort", "must be one of lastActivity, requests, errors, p95, ws_active"],
  ])("?%s is refused", async (query, field, reason) => {
    await using app = await testApp();
    const { status, body } = await app.call("GET", `${PATH}?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: "Invalid query parameter",
      code: "VALIDATION_ERROR",
      details: { field, reason },
    });
  });
});
