import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { sendRaw } from "../support/raw-http.ts";

const PATH = "/api/v1/exec/cache/clear";

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess({ flags: ["--body-max", "100kb", "--body-timeout", "200ms"] });
});
afterAll(() => server[Symbol.asyncDispose]());

const isAnswered = (received: string) => received.includes('"timestamp"');
const statusOf = (received: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1]);

describe("limits of the control API over a real socket", () => {
  test("a body that stops half way is answered 408", async () => {
    const head = `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n`;
    const received = await sendRaw(server.url, `${head}{"a`, isAnswered);
    expect(statusOf(received)).toBe(408);
    expect(received).toContain('"timeoutMs":200');
  });

  test("a body that is too large is answered 413, announced or chunked", async () => {
    const init = { method: "POST", headers: { "content-type": "application/json" } };
    const announced = await server.fetch(PATH, { ...init, body: "x".repeat(200_000) });
    const chunks = new ReadableStream({
      start(controller) {
        for (let index = 0; index < 20; index++) controller.enqueue(new Uint8Array(10_000));
        controller.close();
      },
    });
    const chunked = await server.fetch(PATH, { ...init, body: chunks });
    expect([announced.status, chunked.status]).toEqual([413, 413]);
  });

  test.each([
    ["two Host headers", "Host: localhost\r\nHost: evil.example"],
    ["a Host with a user", "Host: u@evil.example"],
    ["a Host with dots and slashes", "Host: a/../b"],
    ["an empty Host", "Host: "],
    ["a very long Host", `Host: ${"a".repeat(10_000)}`],
    ["an IPv6 Host of somebody else", "Host: [::1]evil"],
  ])("%s is refused and gives no 5xx", async (_name, host) => {
    const received = await sendRaw(
      server.url,
      `GET /api/v1/exec/health HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      isAnswered,
    );
    expect(statusOf(received)).toBeGreaterThanOrEqual(400);
    expect(statusOf(received)).toBeLessThan(500);
  });

  test("an HTTP/1.0 request without Host gives no 5xx", async () => {
    const received = await sendRaw(server.url, "GET /api/v1/exec/health HTTP/1.0\r\n\r\n", isAnswered);
    expect(statusOf(received) || 400).toBeLessThan(500);
  });
});
