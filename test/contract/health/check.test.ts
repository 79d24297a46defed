import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";

const PATH = "/api/v1/exec/health";

describe("health.check", () => {
  test("answers exactly the documented fields", async () => {
    await using app = await testApp({ peerIp: "203.0.113.7" });
    const { status, headers, body } = await app.call("GET", PATH, undefined, { "user-agent": "probe/1" });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toStartWith("application/json");
    expect(body).toEqual({
      status: "ok",
      service: "hoody-exec",
      built: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\.\d{3}Z$/),
      started: app.services.startedAt.toISOString(),
      memory: { rss: expect.any(Number), heap: expect.any(Number) },
      fds: process.platform === "linux" ? expect.any(Number) : null,
      pid: process.pid,
      ip: "203.0.113.7",
      userAgent: "probe/1",
    });
  });

  test("ip is the socket's peer even where a proxy is trusted", async () => {
    await using app = await testApp({ peerIp: "203.0.113.7", flags: ["--trust-proxy"] });
    const { body } = await app.call("GET", PATH, undefined, { "x-forwarded-for": "198.51.100.1" });
    expect(body.ip).toBe("203.0.113.7");
  });

  test("userAgent is empty when the caller names none", async () => {
    await using app = await testApp();
    expect((await app.call("GET", PATH)).body.userAgent).toBe("");
  });

  test("extra query parameters and a JSON content type without body are ignored", async () => {
    await using app = await testApp();
    const answer = await app.call("GET", `${PATH}?a=1`, undefined, { "content-type": "application/json" });
    expect(answer.status).toBe(200);
  });

  test("HEAD answers like GET", async () => {
    await using app = await testApp();
    const response = await app.fetch(PATH, { method: "HEAD" });
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "application/json;charset=utf-8",
    ]);
  });
});
