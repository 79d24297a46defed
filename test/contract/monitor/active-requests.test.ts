import { describe, expect, test } from "bun:test";
import { testApp, untilRunning } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const PATH = "/api/v1/exec/monitor/active-requests";

describe("monitor.getActiveRequests", () => {
  test("nothing runs", async () => {
    await using app = await testApp({ files: { "default/1/a.js": "return 1" } });
    await app.fetch("/a");
    const { status, body } = await app.call("GET", PATH);
    expect([status, body]).toEqual([200, { count: 0, active: [] }]);
  });

  test("what waits is listed, the oldest first, with the secrets of its URL masked", async () => {
    const clock = new FakeClock();
    await using app = await testApp({
      clock,
      peerIp: "203.0.113.7",
      files: {
        "default/1/users/[id].ts": "await new Promise((go) => { (shared.all ??= []).push(go) }); return 1",
        "default/1/go.ts": "for (const go of shared.all) go(); return 1",
      },
    });
    const first = app.fetch("/users/7?token=abc&page=2&API-Key=%20x", { method: "POST" });
    await untilRunning(app, 1);
    clock.advance(1_500);
    const second = app.fetch("/users/8");
    await untilRunning(app, 2);
    clock.advance(500);
    const { body } = await app.call("GET", PATH);
    expect(body).toEqual({
      count: 2,
      active: [
        {
          executionId: expect.stringMatching(/^exec_[0-9A-Z]{26}$/),
          scriptPath: "/users/[id]",
          hostname: "default/1",
          clientIp: "203.0.113.7",
          method: "POST",
          url: "/users/7?token=***&page=2&API-Key=***",
          startedAt: "2026-01-15T10:30:00.000Z",
          duration: 2_000,
        },
        expect.objectContaining({ method: "GET", url: "/users/8", duration: 500 }),
      ],
    });
    await app.fetch("/go");
    await Promise.all([first, second]);
    expect((await app.call("GET", PATH)).body.count).toBe(0);
  });

  test("an unknown parameter is refused", async () => {
    await using app = await testApp();
    const { status, body } = await app.call("GET", `${PATH}?limit=1`);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: "Invalid request parameters",
      details: { field: "query", reason: "unexpected parameter" },
    });
  });
});
