import { describe, expect, test } from "bun:test";
import type { Replacement } from "../../../src/process/protocol.ts";
import { testApp, untilRunning } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const PATH = "/api/v1/exec/system/restart-status";

const parent = (lastReplacement: Replacement | null = null) => ({
  lastReplacement,
  isSuccessor: false,
  owner: Promise.resolve(),
  restart: () => undefined,
});

describe("system.getRestartStatus", () => {
  test("an idle server with a parent is ready", async () => {
    const clock = new FakeClock();
    await using app = await testApp({ restarts: parent(), clock });
    clock.advance(((26 * 60 + 3) * 60 + 59) * 1000 + 999);
    const { status, body } = await app.call("GET", PATH);
    expect(status).toBe(200);
    expect(body).toEqual({
      canRestart: true,
      uptime: (26 * 60 + 3) * 60 + 59,
      uptimeFormatted: "1d 2h 3m",
      activeRequests: 0,
      active: [],
      restartReady: true,
    });
  });

  test("a script request that runs is listed, its secrets masked, and must finish first", async () => {
    const clock = new FakeClock();
    await using app = await testApp({
      restarts: parent(),
      clock,
      peerIp: "203.0.113.7",
      files: {
        "default/1/users/[id].ts": "await new Promise((done) => { shared.done = done }); return 1",
        "default/1/go.ts": "shared.done(); return 1",
      },
    });
    const waiting = app.fetch("/users/7?name=Ada&token=abc", { method: "POST" });
    await untilRunning(app, 1);
    clock.advance(1500);
    const { body } = await app.call("GET", PATH);
    expect(body).toMatchObject({ activeRequests: 1, restartReady: false });
    expect(body.active).toEqual([
      {
        executionId: expect.stringMatching(/^exec_/),
        scriptPath: "/users/[id]",
        hostname: "default/1",
        clientIp: "203.0.113.7",
        method: "POST",
        url: "/users/7?name=Ada&token=***",
        startedAt: "2026-01-15T10:30:00.000Z",
        duration: 1500,
      },
    ]);
    await app.fetch("/go");
    await waiting;
    expect((await app.call("GET", PATH)).body).toMatchObject({ activeRequests: 0, restartReady: true });
  });

  test("a server that the parent had to replace says why", async () => {
    const lastReplacement = {
      reason: "stalled",
      script: "default/1/a.ts",
      line: null,
      at: "2026-01-15T10:29:00.000Z",
    } as const;
    await using app = await testApp({ restarts: parent(lastReplacement) });
    expect((await app.call("GET", PATH)).body.lastReplacement).toEqual(lastReplacement);
  });

  test("without a parent it cannot restart", async () => {
    await using app = await testApp();
    expect((await app.call("GET", PATH)).body).toMatchObject({ canRestart: false, restartReady: false });
  });

  test("an unknown parameter is refused", async () => {
    await using app = await testApp();
    const { status, body } = await app.call("GET", `${PATH}?verbose=1`);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: "Invalid request parameters",
      details: { field: "query", reason: "unexpected parameter" },
    });
  });
});
