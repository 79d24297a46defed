import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { curlKit } from "../support/curl-kit.ts";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { until } from "../support/until.ts";

/* Scenarios 7 and 8, word for word: what one looks after a server with. */

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess();
});
afterAll(() => server[Symbol.asyncDispose]());

const { curl, control, writeFirst } = curlKit(() => server);

describe("7. Logs", () => {
  test("7.1 nothing is logged without a directive", async () => {
    await writeFirst("quiet.js", "return 1;\n");
    await curl("/quiet");
    const { json } = await curl("/api/v1/exec/logs/list");
    expect(json).toMatchObject({ count: 0, logs: [] });
  });

  test("7.2 a script that asks for it has a file", async () => {
    await writeFirst("logged.js", "// @log-level standard\nreturn { seen: metadata.path };\n");
    await curl("/logged");
    const { json } = await until(
      () => curl("/api/v1/exec/logs/list"),
      (seen) => seen.json.count >= 1,
    );
    expect(json.logs).toContainEqual(
      expect.objectContaining({
        file: "default-1.log",
        name: "default-1.log",
        size: expect.any(Number),
        modified: expect.any(String),
      }),
    );
  });

  test("7.3 its end is read", async () => {
    const { status, json } = await control("logs/read", { file: "default-1.log", lines: 200, tail: true });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      file: "default-1.log",
      totalLines: expect.any(Number),
      filteredLines: expect.any(Number),
      returnedLines: expect.any(Number),
      size: expect.any(Number),
      modified: expect.any(String),
    });
    expect(json.lines.join("\n")).toContain("/logged");
  });

  test("7.4 it is followed: what is there, and what comes", async () => {
    const leaving = new AbortController();
    const answer = await server.fetch("/api/v1/exec/logs/stream?file=default-1.log&follow=true", {
      signal: leaving.signal,
    });
    expect(answer.headers.get("content-type")).toStartWith("text/event-stream");
    let text = "";
    const reading = (async () => {
      for await (const chunk of answer.body ?? []) text += new TextDecoder().decode(chunk);
    })().catch(() => undefined);
    const lines = () => text.split("\n").filter((line) => line.startsWith('data: {"line":')).length;
    const before = await until(lines, (count) => count > 0);
    await curl("/logged");
    await until(lines, (count) => count > before);
    leaving.abort();
    await reading;
  });

  test("7.5 it is searched, and cleared only on purpose", async () => {
    const found = await control("logs/search", { query: "/logged" });
    expect(found.status).toBe(200);
    expect(JSON.stringify(found.json)).toContain("/logged");
    expect((await curl("/api/v1/exec/logs/clear", "-X", "DELETE")).status).toBe(400);
  });
});

describe("8. Monitoring", () => {
  test("8.1 the figures grow with the calls", async () => {
    const stats = async () => (await curl("/api/v1/exec/monitor/stats")).json;
    const before = await stats();
    for (const key of [
      "uptime",
      "memory",
      "cache",
      "requests",
      "websocket",
      "cron",
      "droppedScripts",
      "sinceMs",
    ])
      expect(before).toHaveProperty(key);
    await curl("/quiet");
    expect((await stats()).requests.total).toBe(before.requests.total + 1);
  });

  test("8.2 a call that runs is seen, its token is not", async () => {
    await writeFirst("slow.js", "await Bun.sleep(60_000); return 1;\n");
    const leaving = new AbortController();
    const call = server.fetch("/slow?token=abc", { signal: leaving.signal }).catch(() => null);
    const { json } = await until(
      () => curl("/api/v1/exec/monitor/active-requests"),
      (seen) => seen.json.count === 1,
    );
    expect(JSON.stringify(json)).not.toContain("abc");
    expect(JSON.stringify(json)).toContain("token=***");
    const [row] = Object.values(json).find(Array.isArray) as {
      method: string;
      url: string;
      duration: number;
    }[];
    expect(row).toMatchObject({ method: "GET", url: expect.stringContaining("/slow?token=***") });
    expect(row?.duration).toBeGreaterThanOrEqual(0);
    leaving.abort();
    await call;
  });

  test("8.3 one script's figures", async () => {
    expect((await control("monitor/script-performance", {})).json).toEqual({ metrics: {} });
    const { json } = await control("monitor/script-performance", { scriptPath: "/quiet" });
    expect(json.metrics).toMatchObject({
      scriptPath: "/quiet",
      period: "lifetime",
      http: { total: expect.any(Number) },
    });
  });

  test("8.4 the same for Prometheus, unless it is off", async () => {
    const { text, type } = await curl("/api/v1/exec/monitor/metrics");
    expect(type).toStartWith("text/plain; version=0.0.4");
    for (const family of [
      "hoody_exec_http_requests_total",
      "hoody_exec_http_errors_total",
      "hoody_exec_http_duration_ms",
      "hoody_exec_http_duration_ms_global",
      "hoody_exec_ws_connections_active",
      "hoody_exec_ws_closes_total",
      "hoody_exec_metrics_errors_total",
      "process_start_time_seconds",
    ])
      expect(text).toContain(`# TYPE ${family} `);
    await using off = await startProcess({ flags: ["--prometheus", "off"] });
    const refused = await off.fetch("/api/v1/exec/monitor/metrics");
    expect([refused.status, refused.headers.get("content-type")]).toEqual([
      404,
      expect.stringMatching(/^text\/plain/),
    ]);
  });
});
