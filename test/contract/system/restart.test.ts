import { describe, expect, test } from "bun:test";
import type { RestartRequest } from "../../../src/process/protocol.ts";
import { testApp, untilRunning } from "../../support/app.ts";

const PATH = "/api/v1/exec/system/restart";

/** A parent that writes down what it is asked for. */
function parent() {
  const wishes: RestartRequest[] = [];
  return {
    wishes,
    restarts: {
      lastReplacement: null,
      isSuccessor: false,
      owner: Promise.resolve(),
      restart: (wish: RestartRequest) => void wishes.push(wish),
    },
  };
}

describe("system.restartServer", () => {
  test("without a body it is graceful, with the drain time of the setting", async () => {
    const { wishes, restarts } = parent();
    await using app = await testApp({ restarts, flags: ["--drain-timeout", "7s"] });
    const { status, body } = await app.call("POST", PATH);
    expect(status).toBe(202);
    expect(body).toEqual({
      status: "restarting",
      graceful: true,
      drainTimeoutMs: 7000,
      activeRequests: 0,
      reason: "API restart request",
      message: expect.any(String),
    });
    expect(wishes).toEqual([{ graceful: true, drainTimeoutMs: 7000, reason: "API restart request" }]);
  });

  test("not graceful means no time to drain", async () => {
    const { wishes, restarts } = parent();
    await using app = await testApp({ restarts });
    const { status, body } = await app.call("POST", PATH, { graceful: false, reason: "new certificate" });
    expect(status).toBe(202);
    expect(body).toMatchObject({ graceful: false, drainTimeoutMs: 0, reason: "new certificate" });
    expect(wishes).toEqual([{ graceful: false, drainTimeoutMs: 0, reason: "new certificate" }]);
  });

  test("the requests that run are counted", async () => {
    await using app = await testApp({
      ...parent(),
      files: {
        "default/1/wait.ts": "await new Promise((done) => { shared.done = done }); return 1",
        "default/1/go.ts": "shared.done(); return 1",
      },
    });
    const waiting = app.fetch("/wait");
    await untilRunning(app, 1);
    expect((await app.call("POST", PATH)).body.activeRequests).toBe(1);
    await app.fetch("/go");
    await waiting;
  });

  test.each<[string, unknown]>([
    ["zero", 0],
    ["a negative number", -5],
    ["a fraction", 1.5],
    ["a text", "5000"],
    ["null", null],
  ])("drainTimeoutMs that is %s is refused, and nothing restarts", async (_name, drainTimeoutMs) => {
    const { wishes, restarts } = parent();
    await using app = await testApp({ restarts });
    const { status, body } = await app.call("POST", PATH, { drainTimeoutMs });
    expect(status).toBe(400);
    expect(body.error).toBe("Invalid restart options");
    expect(body.details).toEqual({ field: "drainTimeoutMs", reason: "must be a positive integer" });
    expect(wishes).toEqual([]);
  });

  test.each([
    ["graceful", { graceful: "yes" }],
    ["reason", { reason: 7 }],
  ])("%s of another type is refused", async (field, body) => {
    const { wishes, restarts } = parent();
    await using app = await testApp({ restarts });
    const answer = await app.call("POST", PATH, body);
    expect(answer.status).toBe(400);
    expect(answer.body.details.field).toBe(field);
    expect(wishes).toEqual([]);
  });

  test("without a parent there is nobody who could start it again", async () => {
    await using app = await testApp();
    const { status, body } = await app.call("POST", PATH);
    expect(status).toBe(500);
    expect(body.details).toEqual({ reason: "restart handler unavailable" });
  });
});
