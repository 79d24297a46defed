import { describe, expect, test } from "bun:test";
import { FAMILIES } from "../../../src/metrics/families.ts";
import { type TestApp, testApp, untilRunning } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const PATH = "/api/v1/exec/monitor/metrics";

const textOf = async (app: TestApp) => await (await app.fetch(PATH)).text();
/** Samples of one family. */
const samplesOf = (text: string, family: string) =>
  text.split("\n").filter((line) => new RegExp(`^${family}(_bucket|_sum|_count)?[ {]`).test(line));

const TEMPLATE = { name: "a", code: "return 1" };

describe("monitor.prometheusExport", () => {
  test("every family of the table is there with its help and type, and no other, also before the first request", async () => {
    await using app = await testApp();
    const response = await app.fetch(PATH);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await response.text();
    expect(text).toEndWith("\n");
    const heads = text.split("\n").filter((line) => line.startsWith("#"));
    expect(heads).toEqual(
      Object.entries(FAMILIES).flatMap(([name, { help, type }]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
      ]),
    );
  });

  test("requests, failures and durations of a script", async () => {
    const clock = new FakeClock();
    await using app = await testApp({
      clock,
      files: { "default/1/a.js": "if (req.method === 'PUT') throw 1; return 1" },
    });
    for (const method of ["GET", "GET", "POST", "PUT", "HEAD", "PROPFIND"]) await app.fetch("/a", { method });
    const text = await textOf(app);
    expect(samplesOf(text, "hoody_exec_http_requests_total")).toEqual([
      'hoody_exec_http_requests_total{script="/a",method="GET"} 2',
      'hoody_exec_http_requests_total{script="/a",method="POST"} 1',
      'hoody_exec_http_requests_total{script="/a",method="PUT"} 1',
      'hoody_exec_http_requests_total{script="/a",method="HEAD"} 1',
      'hoody_exec_http_requests_total{script="/a",method="OTHER"} 1',
    ]);
    expect(samplesOf(text, "hoody_exec_http_errors_total")).toEqual([
      'hoody_exec_http_errors_total{script="/a",status="500"} 1',
    ]);
    const edges = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, "+Inf"];
    expect(samplesOf(text, "hoody_exec_http_duration_ms")).toEqual([
      ...edges.map((edge) => `hoody_exec_http_duration_ms_bucket{script="/a",le="${edge}"} 6`),
      'hoody_exec_http_duration_ms_sum{script="/a"} 0',
      'hoody_exec_http_duration_ms_count{script="/a"} 6',
    ]);
    expect(samplesOf(text, "hoody_exec_http_duration_ms_global")).toEqual([
      ...edges.map((edge) => `hoody_exec_http_duration_ms_global_bucket{le="${edge}"} 6`),
      "hoody_exec_http_duration_ms_global_sum 0",
      "hoody_exec_http_duration_ms_global_count 6",
    ]);
    expect(samplesOf(text, "hoody_exec_ws_connections_active")).toEqual([]);
    expect(samplesOf(text, "process_start_time_seconds")).toEqual(["process_start_time_seconds 1768473000"]);
  });

  test("the deployment stands beside the script only where two share a route", async () => {
    await using app = await testApp({
      files: { "default/1/a.js": "return 1", "default/1/b.js": "return 1", "web/2/a.js": "return 1" },
    });
    await app.fetch("/a");
    await app.fetch("/b");
    expect(samplesOf(await textOf(app), "hoody_exec_http_requests_total")).toEqual([
      'hoody_exec_http_requests_total{script="/a",method="GET"} 1',
      'hoody_exec_http_requests_total{script="/b",method="GET"} 1',
    ]);
    await app.fetch("/a", { headers: { host: "web.p1-c1-exec-2.node.example.com" } });
    expect(samplesOf(await textOf(app), "hoody_exec_http_requests_total")).toEqual([
      'hoody_exec_http_requests_total{script="/a",hostname="default/1",method="GET"} 1',
      'hoody_exec_http_requests_total{script="/b",method="GET"} 1',
      'hoody_exec_http_requests_total{script="/a",hostname="web/2",method="GET"} 1',
    ]);
  });

  test("names of scripts are escaped", async () => {
    await using app = await testApp({ files: { 'default/1/a"b.js': "return 1" } });
    expect((await app.fetch("/a%22b")).status).toBe(200);
    expect(await textOf(app)).toContain('{script="/a\\"b",method="GET"} 1\n');
  });

  test("100,000 different paths do not grow the series", async () => {
    await using app = await testApp({
      files: { "default/1/all/[...rest].js": "return { a: 1 }", "default/1/one/[id].js": "return { a: 1 }" },
    });
    await app.fetch("/all/x");
    await app.fetch("/one/x");
    const before = (await textOf(app)).split("\n").length;
    for (let at = 0; at < 50_000; at++) {
      await app.fetch(`/all/${at}/${at}?n=${at}`);
      await app.fetch(`/one/${at}`);
    }
    await app.fetch("/nothing/at/all");
    const text = await textOf(app);
    expect(text.split("\n").length).toBe(before);
    expect(text).toContain('hoody_exec_http_requests_total{script="/one/[id]",method="GET"} 50001\n');
  }, 60_000);

  test("what a limit refused or gave up is counted by the name of its setting", async () => {
    await using app = await testApp({
      flags: [
        "--timers-max",
        "1",
        "--url-cache-max",
        "1",
        "--vm-cache-cap",
        "1",
        "--metrics-scripts-cap",
        "2",
        "--queue-max",
        "0",
      ],
      files: {
        "default/1/timers.js": "setTimeout(() => 1, 60000); setTimeout(() => 1, 60000)",
        "default/1/b.js": "return 1",
        "default/1/one.js": "// @concurrent 1\nawait new Promise((go) => { shared.go = go }); return 1",
        "default/1/go.js": "shared.go(); return 1",
      },
    });
    const waiting = app.fetch("/one");
    await untilRunning(app, 1);
    expect((await app.fetch("/one")).status).toBe(503);
    await app.fetch("/go");
    await waiting;
    await app.fetch("/timers");
    await app.fetch("/b");
    const text = await textOf(app);
    const values = (family: string) =>
      Object.fromEntries(
        samplesOf(text, family).map((line) => line.replace(/.*setting="(.*)"} /, "$1 ").split(" ")),
      );
    expect(values("hoody_exec_limit_refusals_total")).toEqual({
      ...{
        "bodies-max": "0",
        "write-buffer-max": "0",
        "script-size-max": "0",
        "queue-max": "1",
        "timers-max": "1",
      },
      ...{ "listeners-max": "0", "install-queue-max": "0", "sockets-max": "0", "socket-backlog-max": "0" },
      ...{ "event-queue-max": "0", "log-buffer-max": "0", "log-followers-max": "0" },
      ...{ "metrics-scripts-cap": "0", "body-max": "0", "shared-state-max": "0", "templates-max": "0" },
      ...{ "template-size-max": "0", "sdk-document-max": "0", "sdk-operations-max": "0" },
      ...{ "sdk-imports-max": "0", "openapi-scripts-max": "0", "openapi-bytes-max": "0" },
      "log-search-queue-max": "0",
    });
    expect(values("hoody_exec_limit_evictions_total")).toEqual({
      ...{ "vm-cache-cap": "0", "compiled-max": "0", "url-cache-max": "3", "metrics-scripts-cap": "2" },
    });
  });

  /** TABLE: setting, its flags, a call that is refused for it, and the status of that. */
  const refusals: readonly [string, readonly string[], readonly [string, string, unknown?], number][] = [
    ["body-max", ["--body-max", "10"], ["POST", "cache/clear", { hostname: "default/1" }], 413],
    ["body-max", ["--body-max", "10"], ["POST", "../../../echo", "more than ten bytes"], 413],
    [
      "shared-state-max",
      ["--shared-state-max", "10"],
      ["POST", "shared-state/set", { hostname: "default/1", path: "a", value: "more than ten" }],
      413,
    ],
    ["templates-max", ["--templates-max", "0"], ["POST", "templates/create-custom", TEMPLATE], 507],
    ["template-size-max", ["--template-size-max", "1"], ["POST", "templates/create-custom", TEMPLATE], 413],
    ["openapi-scripts-max", ["--openapi-scripts-max", "1"], ["GET", "user-openapi/spec"], 413],
    ["openapi-bytes-max", ["--openapi-bytes-max", "1"], ["POST", "user-openapi/generate"], 413],
  ];
  test.each(refusals)(
    "what --%s refuses is counted",
    async (setting, flags, [method, path, body], status) => {
      await using app = await testApp({
        flags,
        files: { "default/1/echo.js": "return req.body", "default/1/b.js": "return 1" },
      });
      expect((await app.call(method, `/api/v1/exec/${path}`, body)).status).toBe(status);
      expect(await textOf(app)).toContain(`hoody_exec_limit_refusals_total{setting="${setting}"} 1\n`);
    },
  );

  test("switched off, it says so as text", async () => {
    await using app = await testApp({ flags: ["--prometheus", "off"] });
    const response = await app.fetch(PATH);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toBe("# Prometheus exporter disabled (--prometheus off)");
  });

  test("an exporter that cannot be loaded is not ready, and says so as text", async () => {
    await using app = await testApp();
    Object.assign(app.services, { exporter: () => Promise.reject(new Error("no library")) });
    const response = await app.fetch(PATH);
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toBe("# Prometheus exporter not ready");
  });

  test("unknown parameters are ignored", async () => {
    await using app = await testApp();
    expect((await app.fetch(`${PATH}?format=openmetrics&x`)).status).toBe(200);
  });

  test.each([
    "*/*",
    "",
    "text/html",
    "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    'text/plain;a="x,\\"y";q=1.000, , text/*',
  ])("Accept %j gets the text", async (accept) => {
    await using app = await testApp();
    const response = await app.fetch(PATH, { headers: { accept } });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  });

  test.each([
    "text",
    "text/",
    "/plain",
    "text/plain;q=2",
    "text/plain;q=",
    "text plain",
    "*/*;q=0.1234",
    'a/b;c="d',
    "@/b",
  ])("a malformed Accept %j is refused", async (accept) => {
    await using app = await testApp();
    const response = await app.fetch(PATH, { headers: { accept } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: "Invalid request parameters",
      code: "VALIDATION_ERROR",
      details: { field: "header", reason: "invalid Accept header" },
    });
  });
});
