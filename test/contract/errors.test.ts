import { describe, expect, test } from "bun:test";
import pino from "pino";
import { testApp } from "../support/app.ts";
import { FakeClock } from "../support/fake-clock.ts";

const CLEAR = "/api/v1/exec/cache/clear";
const JSON_TYPE = { "content-type": "application/json" };

describe("unknown paths and methods", () => {
  test.each([
    "/api/v1/exec/nope",
    "/api/v1/exec/",
    "/api/v1/exec/echo",
    "/api/v1/exec/health/",
    "/api/v1/exec/Health",
  ])("%s is 404 in the envelope", async (path) => {
    await using app = await testApp();
    const { status, body } = await app.call("GET", path);
    expect(status).toBe(404);
    expect(body).toEqual({
      error: "No such endpoint",
      code: "ERROR_404",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test("the timestamp is the moment of the answer", async () => {
    await using app = await testApp({ clock: new FakeClock("2026-01-15T10:30:00.000Z") });
    expect((await app.call("GET", "/api/v1/exec/nope")).body.timestamp).toBe("2026-01-15T10:30:00.000Z");
  });

  test("an escaped spelling of a path is not that path", async () => {
    await using app = await testApp();
    expect((await app.call("GET", "/api/v1/exec/%68ealth")).status).toBe(404);
  });

  test.each([
    ["POST", "/api/v1/exec/health", "GET, HEAD"],
    ["GET", CLEAR, "POST"],
    ["PATCH", CLEAR, "POST"],
    ["OPTIONS", CLEAR, "POST"],
    ["DELETE", "/openapi.json", "GET, HEAD"],
  ])("%s %s is 405 and allows %s", async (method, path, allow) => {
    await using app = await testApp();
    const { status, headers, body } = await app.call(method, path);
    expect(status).toBe(405);
    expect(headers.get("allow")).toBe(allow);
    expect(body.code).toBe("ERROR_405");
  });

  test("HEAD of a path without GET is 405", async () => {
    await using app = await testApp();
    const response = await app.fetch(CLEAR, { method: "HEAD" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });

  test("HEAD is named as such, in the details of a 405 and in the log", async () => {
    const lines: string[] = [];
    const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    await using app = await testApp({ log });
    // On the wire the runtime leaves the body out.
    const { body } = await app.call("HEAD", CLEAR);
    expect(body.error).toBe("Method HEAD is not allowed here");
    expect(body.details).toEqual({ method: "HEAD", allowed: ["POST"] });
    for (const method of ["HEAD", "GET"]) await app.fetch("/api/v1/exec/health", { method });
    const logged = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "control request");
    expect(logged.map(({ method, status }) => [method, status])).toEqual([
      ["HEAD", 405],
      ["HEAD", 200],
      ["GET", 200],
    ]);
  });
});

describe("bodies", () => {
  test("malformed JSON says what, where and how it begins", async () => {
    await using app = await testApp();
    const response = await app.fetch(CLEAR, {
      method: "POST",
      headers: JSON_TYPE,
      body: `{oops${"x".repeat(500)}`,
    });
    const body = await response.json();
    expect(response.status).toBe(400);
    expect(body).toMatchObject({
      error: "Invalid JSON body",
      code: "VALIDATION_ERROR",
      details: {
        field: "body",
        reason: "malformed JSON",
        hint: expect.any(String),
        parseError: expect.any(String),
        contentType: "application/json",
        bodyPreview: `{oops${"x".repeat(95)}`,
      },
    });
  });

  test("bytes that are no UTF-8 are malformed JSON", async () => {
    await using app = await testApp();
    const response = await app.fetch(CLEAR, {
      method: "POST",
      headers: JSON_TYPE,
      body: new Uint8Array([0x22, 0xff, 0x22]),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ details: { parseError: "not valid UTF-8" } });
  });

  test.each(["[]", '"text"', "1", "null"])("%s is no object", async (text) => {
    await using app = await testApp();
    const response = await app.fetch(CLEAR, { method: "POST", headers: JSON_TYPE, body: text });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ details: { field: "body", reason: "must be an object" } });
  });

  test("a byte order mark is no fault", async () => {
    await using app = await testApp();
    const response = await app.fetch(CLEAR, {
      method: "POST",
      headers: JSON_TYPE,
      body: '\ufeff{"clearAll":true}',
    });
    expect(response.status).toBe(200);
  });

  test("a body over --body-max is 413 and names the limit", async () => {
    await using app = await testApp({ flags: ["--body-max", "1kb"] });
    const { status, body } = await app.call("POST", CLEAR, { clearAll: true, padding: "x".repeat(1024) });
    expect(status).toBe(413);
    expect(body).toMatchObject({
      error: "Payload too large",
      code: "ERROR_413",
      details: { maxBytes: 1024 },
    });
  });

  test("a body that announces no length is stopped at the limit", async () => {
    await using app = await testApp({ flags: ["--body-max", "1kb"] });
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 512;
        controller.enqueue(new Uint8Array(512));
      },
    });
    const response = await app.fetch(CLEAR, { method: "POST", headers: JSON_TYPE, body: endless });
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(10_000);
  });

  test("a body that does not arrive in --body-timeout is 408 and names the limit", async () => {
    await using app = await testApp({ flags: ["--body-timeout", "20ms"] });
    const silent = new ReadableStream({ start: () => undefined });
    const response = await app.fetch(CLEAR, { method: "POST", headers: JSON_TYPE, body: silent });
    expect(response.status).toBe(408);
    expect(await response.json()).toMatchObject({
      error: "Request body read timeout",
      code: "ERROR_408",
      details: { timeoutMs: 20 },
    });
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "a body of type %s is 415",
    async (type) => {
      await using app = await testApp();
      const response = await app.fetch(CLEAR, {
        method: "POST",
        headers: { "content-type": type },
        body: '{"clearAll":true}',
      });
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ code: "ERROR_415" });
    },
  );

  test("no body needs no media type", async () => {
    await using app = await testApp();
    const response = await app.fetch(CLEAR, { method: "POST" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "hostname or clearAll=true is required" });
  });
});

describe("URLs", () => {
  test.each([
    ["GET", "/api/v1/exec/health?path=%"],
    ["GET", "/api/v1/exec/health?path=%zz"],
    ["GET", "/api/v1/exec/health?path=%ff"],
    ["GET", "/api/v1/exec/health?%c3%28=1"],
    ["GET", "/api/v1/exec/sdk/x?y=%"],
    ["GET", "/api/v1/exec/nope?y=%"],
    ["GET", "/api/v1/exec/nope%zz?y=%"],
    ["PATCH", "/api/v1/exec/health?y=%"],
  ])("%s %s is a malformed query", async (method, path) => {
    await using app = await testApp();
    const { status, body } = await app.call(method, path);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: "Malformed query string",
      code: "VALIDATION_ERROR",
      details: { hint: expect.any(String) },
    });
  });
});

describe("the browser guard", () => {
  test("a page of another origin changes nothing", async () => {
    await using app = await testApp();
    app.services.shared.of("default/1")["kept"] = 1;
    const { status, body } = await app.call(
      "POST",
      "/api/v1/exec/shared-state/clear",
      { clearAll: true },
      { origin: "http://evil.example" },
    );
    expect(status).toBe(403);
    expect(body.code).toBe("ERROR_403");
    expect(app.services.shared.of("default/1")).toEqual({ kept: 1 });
  });

  test("a foreign Host is refused, also on unknown paths, unless it is named", async () => {
    await using app = await testApp();
    expect(
      (await app.call("GET", "/api/v1/exec/health", undefined, { host: "rebound.example" })).status,
    ).toBe(403);
    expect((await app.call("GET", "/api/v1/exec/nope", undefined, { host: "rebound.example" })).status).toBe(
      403,
    );
    await using named = await testApp({ flags: ["--allowed-hosts", "rebound.example"] });
    expect(
      (await named.call("GET", "/api/v1/exec/health", undefined, { host: "rebound.example" })).status,
    ).toBe(200);
  });

  test("a forwarded Host does not open the door for a foreign one", async () => {
    await using app = await testApp({ flags: ["--trust-proxy"] });
    const headers = { host: "rebound.example", "x-forwarded-host": "localhost" };
    expect((await app.call("GET", "/api/v1/exec/health", undefined, headers)).status).toBe(403);
  });
});

describe("every control answer", () => {
  test.each(["/api/v1/exec/health", "/api/v1/exec/nope", "/openapi.yaml"])(
    "%s carries a request id of its own",
    async (path) => {
      await using app = await testApp();
      const ids = [await app.fetch(path), await app.fetch(path)].map(({ headers }) =>
        headers.get("x-request-id"),
      );
      expect(ids[0]).toMatch(/^req_/);
      expect(ids[0]).not.toBe(ids[1] as string);
    },
  );

  test("a caller's own id is kept when it is harmless", async () => {
    await using app = await testApp();
    const given = await app.fetch("/api/v1/exec/health", { headers: { "x-request-id": "abc-1" } });
    expect(given.headers.get("x-request-id")).toBe("abc-1");
    const odd = await app.fetch("/api/v1/exec/health", { headers: { "x-request-id": "a b".repeat(99) } });
    expect(odd.headers.get("x-request-id")).toMatch(/^req_/);
  });

  test("refused calls carry one too, and no cache may keep answers", async () => {
    await using app = await testApp();
    const response = await app.fetch("/api/v1/exec/health", { headers: { origin: "http://evil.example" } });
    expect(response.status).toBe(403);
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });
});
