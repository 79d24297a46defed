import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const PATH = "/api/v1/exec/monitor/script-performance";

describe("monitor.getScriptPerformance", () => {
  test("a script that was called, with every field", async () => {
    const clock = new FakeClock();
    await using app = await testApp({ clock, files: { "default/1/api/hello.ts": "return { a: 1 }" } });
    for (let at = 0; at < 120; at++) await app.fetch("/api/hello");
    const { status, body } = await app.call("POST", PATH, { scriptPath: "/api/hello" });
    expect(status).toBe(200);
    expect(body).toEqual({
      metrics: {
        scriptPath: "/api/hello",
        period: "lifetime",
        http: {
          ...{ total: 120, success: 120, errors: 0 },
          ...{ meanDurationMs: 0, p50DurationMs: 0, p95DurationMs: 0, maxDurationMs: 0 },
          recentDurationsMs: Array.from({ length: 100 }, () => 0),
        },
        ws: {
          ...{ opened: 0, closed: 0, normalCloses: 0, abnormalCloses: 0 },
          ...{ meanSessionMs: 0, maxSessionMs: 0 },
        },
        activeHttp: 0,
        activeWs: 0,
        firstSeenAt: "2026-01-15T10:30:00.000Z",
        lastActivityAt: "2026-01-15T10:30:00.000Z",
      },
    });
  });

  test("route, file and absolute path name the same script", async () => {
    await using app = await testApp({ files: { "default/1/users/[id].ts": "return 1" } });
    await app.fetch("/users/7");
    const absolute = join(app.scripts.path, "default/1/users/[id].ts");
    for (const scriptPath of ["/users/[id]", "default/1/users/[id].ts", absolute]) {
      const { body } = await app.call("POST", PATH, { scriptPath });
      expect(body.metrics).toMatchObject({ scriptPath: "/users/[id]", http: { total: 1 } });
    }
  });

  test("a route means the Host's deployment, else the one that was called last", async () => {
    const clock = new FakeClock();
    await using app = await testApp({
      clock,
      files: { "default/1/a.js": "return 1", "web/2/a.js": "return 1", "web/3/b.js": "return 1" },
    });
    const to = (execId: number) => ({ host: `web.p1-c1-exec-${execId}.node.hoody.icu` });
    await app.fetch("/a", { headers: to(2) });
    await app.fetch("/a", { headers: to(2) });
    await app.fetch("/b", { headers: to(3) });
    const total = async (scriptPath: string, headers = {}) =>
      (await app.call("POST", PATH, { scriptPath }, headers)).body.metrics.http.total;
    expect(await total("/a")).toBe(2);
    clock.advance(5);
    await app.fetch("/a");
    expect(await total("/a")).toBe(1);
    expect(await total("/a", to(2))).toBe(2);
    expect(await total("/b", to(2))).toBe(1);
  });

  test.each<[string, object | undefined]>([
    ["no body", undefined],
    ["no scriptPath", {}],
    ["null", { scriptPath: null }],
    ["nothing", { scriptPath: "" }],
    ["a script that was not called", { scriptPath: "/b" }],
    ["a path that leads out", { scriptPath: "/../../etc/passwd" }],
    ["the name of a member", { scriptPath: "__proto__" }],
  ])("%s gives empty metrics", async (_name, body) => {
    await using app = await testApp({ files: { "default/1/a.js": "return 1" } });
    await app.fetch("/a");
    const answer = await app.call("POST", PATH, body);
    expect([answer.status, answer.body]).toEqual([200, { metrics: {} }]);
  });

  test.each([[1], [true], [["/a"]], [{}]])("scriptPath %j is refused", async (scriptPath) => {
    await using app = await testApp();
    const { status, body } = await app.call("POST", PATH, { scriptPath });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: "Invalid request body",
      code: "VALIDATION_ERROR",
      details: { field: "scriptPath" },
    });
  });

  test("malformed JSON is refused in the words of the contract", async () => {
    await using app = await testApp();
    const headers = { "content-type": "application/json" };
    const response = await app.fetch(PATH, { method: "POST", headers, body: "{" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: "Invalid request body",
      code: "VALIDATION_ERROR",
      details: { field: "body", reason: "malformed JSON" },
    });
  });
});
