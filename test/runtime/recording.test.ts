import { describe, expect, test } from "bun:test";
import type { ScriptMetrics } from "../../src/metrics/script-metrics.ts";
import { type ListeningApp, listeningApp } from "../support/listening-app.ts";
import { openSocket } from "../support/open-socket.ts";
import { tickingPage } from "../support/ticking-page.ts";
import { until } from "../support/until.ts";

/** One way in which a request to a script can end. */
interface End {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly request?: RequestInit & { readonly path?: string };
  /** Status of the answer; 0 when the client goes away before there is one. */
  readonly status: number;
  /** Status under which the failure is counted; none when it is no failure. */
  readonly failure?: number;
  /** When the client goes away, if it does. */
  readonly leaves?: "at once" | "after the head";
}

const SLOW = "await new Promise((done) => setTimeout(done, 20));";

const ENDS: readonly End[] = [
  { name: "a plain value", files: { "a.js": "return { a: 1 }" }, status: 200 },
  { name: "a text", files: { "a.js": "return 'a'" }, status: 200 },
  { name: "nothing", files: { "a.js": "" }, status: 204 },
  { name: "a value that was awaited", files: { "a.js": `${SLOW} return { a: 1 }` }, status: 200 },
  { name: "a promise of a bare script", files: { "a.js": "return Promise.resolve(1)" }, status: 200 },
  { name: "res.json", files: { "a.js": "res.json({ a: 1 })" }, status: 200 },
  { name: "res.json, and then more work", files: { "a.js": `res.json({ a: 1 }); ${SLOW}` }, status: 200 },
  { name: "a handler", files: { "a.js": "module.exports = (req, res) => res.json({ a: 1 })" }, status: 200 },
  {
    name: "a status of the script's own",
    files: { "a.js": "res.status(503).json({})" },
    status: 503,
    failure: 503,
  },
  { name: "a refusal of the script's own", files: { "a.js": "res.status(404).json({})" }, status: 404 },
  { name: "304", files: { "a.js": "res.status(304).end()" }, status: 304 },
  { name: "a Response", files: { "a.js": "return new Response('a', { status: 201 })" }, status: 201 },
  { name: "an Error as value", files: { "a.js": "return new Error('a')" }, status: 500, failure: 500 },
  { name: "a throw", files: { "a.js": "throw new Error('a')" }, status: 500, failure: 500 },
  {
    name: "a throw after a while",
    files: { "a.js": `${SLOW} throw new Error('a')` },
    status: 500,
    failure: 500,
  },
  {
    name: "a throw after the answer",
    files: { "a.js": "res.json({ a: 1 }); throw new Error('a')" },
    status: 200,
    failure: 500,
  },
  {
    name: "a throw long after the answer",
    files: { "a.js": `res.json({ a: 1 }); ${SLOW} throw new Error('a')` },
    status: 200,
    failure: 500,
  },
  { name: "what JSON cannot hold", files: { "a.js": "return () => 1" }, status: 500, failure: 500 },
  { name: "what does not compile", files: { "a.js": "return (" }, status: 500, failure: 500 },
  {
    name: "its time limit",
    files: { "a.js": "// @timeout 20\nawait new Promise(() => undefined)" },
    status: 504,
    failure: 504,
  },
  {
    name: "its time limit, and a throw after it",
    files: { "a.js": "// @timeout 5\nawait new Promise((_, fail) => setTimeout(fail, 40))" },
    status: 504,
    failure: 504,
  },
  {
    name: "the limit of its loops",
    files: { "a.js": "for (;;);" },
    flags: ["--loop-limit", "50"],
    status: 504,
    failure: 504,
  },
  {
    name: "a generator",
    files: { "a.js": "return (function* () { yield 'a'; yield 'b'; })()" },
    status: 200,
  },
  {
    name: "an async generator",
    files: { "a.js": `return (async function* () { yield 'a'; ${SLOW} yield 'b'; })()` },
    status: 200,
  },
  { name: "a stream without a chunk", files: { "a.js": "return (async function* () {})()" }, status: 200 },
  {
    name: "a stream that fails at once",
    files: { "a.js": "return (async function* () { throw new Error('a') })()" },
    status: 500,
    failure: 500,
  },
  {
    name: "a stream that fails half-way",
    files: { "a.js": `return (async function* () { yield 'a'; ${SLOW} throw new Error('a') })()` },
    status: 200,
    failure: 500,
  },
  {
    name: "a stream whose reader goes away",
    files: {
      "a.js":
        "return (async function* () { for (;;) { yield 'a'; await new Promise((next) => setTimeout(next, 5)); } })()",
    },
    status: 200,
    leaves: "after the head",
  },
  { name: "res.write", files: { "a.js": `res.write('a'); ${SLOW} res.end('b')` }, status: 200 },
  {
    name: "res.write, and a throw",
    files: { "a.js": `res.write('a'); ${SLOW} throw new Error('a')` },
    status: 200,
    failure: 500,
  },
  {
    name: "res.write, and a reader that goes away",
    files: { "a.js": "res.write('a'); await new Promise((done) => setTimeout(done, 300)); res.end('b')" },
    status: 200,
    leaves: "after the head",
  },
  {
    name: "a client that goes away before there is an answer",
    files: { "a.js": "await new Promise((done) => setTimeout(done, 100)); return { a: 1 }" },
    status: 0,
    leaves: "at once",
  },
  { name: "HEAD", files: { "a.js": "return { a: 1 }" }, request: { method: "HEAD" }, status: 200 },
  {
    name: "HEAD of a stream",
    files: { "a.js": "return (async function* () { yield 'a'; await new Promise(() => undefined); })()" },
    request: { method: "HEAD" },
    status: 200,
  },
  {
    name: "POST",
    files: { "a.js": "return req.body" },
    request: { method: "POST", body: "{}", headers: { "content-type": "application/json" } },
    status: 200,
  },
  {
    name: "a body that is too large",
    files: { "a.js": "return req.body" },
    flags: ["--body-max", "10"],
    request: { method: "POST", body: "x".repeat(100) },
    status: 413,
  },
  {
    name: "a method of the caller's own",
    files: { "a.js": "return { a: 1 }" },
    request: { method: "PROPFIND" },
    status: 200,
  },
  {
    name: "pre, which answers instead",
    files: { "pre.js": "return res.status(403).json({})", "a.js": "return { a: 1 }" },
    status: 403,
  },
  {
    name: "pre, which throws",
    files: { "pre.js": "throw 1", "a.js": "return 1" },
    status: 500,
    failure: 500,
  },
  {
    name: "post, which replaces the answer",
    files: { "post.js": "return { b: 1 }", "a.js": "return 1" },
    status: 200,
  },
  { name: "a token that is missing", files: { "a.js": "// @token t\nreturn 1" }, status: 401 },
  { name: "a script that is off", files: { "a.js": "// @enabled false\nreturn 1" }, status: 404 },
  { name: "a script with @cors", files: { "a.js": "// @cors *\nreturn { a: 1 }" }, status: 200 },
  { name: "a script with @concurrent", files: { "a.js": "// @concurrent 1\nreturn { a: 1 }" }, status: 200 },
];

describe("a request is recorded once, whatever ends it: ", () => {
  test.each(ENDS)("$name", async (row) => {
    using page = tickingPage();
    await using app = await listeningApp(row.files, row.flags, { mark: page.mark });
    expect(await send(app, row)).toBe(row.status);
    const entry = await until(
      () => entryOf(app),
      (found) => found?.activeHttp === 0 && found.durations.count > 0 && app.app.engine.active.size === 0,
    );
    await Bun.sleep(row.failure === undefined ? 0 : 60); // What comes late would be counted a second time.
    const { totals } = app.app.services.recorder;
    expect({ requests: totals.requests, errors: totals.errors, active: totals.activeHttp }).toEqual({
      requests: 1,
      errors: row.failure === undefined ? 0 : 1,
      active: 0,
    });
    expect(entry?.durations.count).toBe(1);
    expect(entry?.methods).toEqual([[methodOf(row), 1]]);
    expect(entry?.statuses).toEqual(row.failure === undefined ? [] : [[String(row.failure), 1]]);
    expect(entry?.recentErrors.map(({ statusCode }) => statusCode)).toEqual(
      row.failure === undefined ? [] : [row.failure],
    );
  });
});

describe("what is no request to a script is not recorded: ", () => {
  test.each([
    ["a path without a script", "/nothing", "GET", 404],
    ["a document", "/a.md", "GET", 200],
    ["a preflight", "/a", "OPTIONS", 204],
    ["a preflight of a script with @cors", "/b", "OPTIONS", 204],
    ["a control call", "/api/v1/exec/health", "GET", 200],
  ])("%s", async (_name, path, method, status) => {
    await using app = await listeningApp({
      "a.js": "return 1",
      "a.md": "# a",
      "b.js": "// @cors *\nreturn 1",
    });
    expect((await app.fetch(path, { method })).status).toBe(status);
    const { totals, scripts } = app.app.services.recorder;
    expect([totals.requests, scripts.size]).toEqual([0, 0]);
  });
});

describe("while a request goes on", () => {
  const HOLDS = "await new Promise((go) => { (shared.waiting ??= []).push(go) }); return 1";

  test("it is active, also while it waits for a place; what runs is counted beside it", async () => {
    await using app = await listeningApp({
      "a.js": `// @concurrent 1\n${HOLDS}`,
      "go.js": "shared.waiting.shift()(); return 1",
    });
    const answers = [app.fetch("/a"), app.fetch("/a")];
    await until(
      () => entryOf(app)?.activeHttp,
      (active) => active === 2,
    );
    const entry = entryOf(app) as ScriptMetrics;
    await until(
      () => app.app.engine.active.countByScript().get(entry),
      (running) => running === 1,
    );
    for (const answer of answers) {
      await until(
        () => app.get("/go"),
        (text) => text === "1",
      );
      expect((await answer).status).toBe(200);
    }
    expect([entry.activeHttp, app.app.services.recorder.totals.activeHttp]).toEqual([0, 0]);
  });

  test("a stream is active, and listed, until its end, and lasts as long", async () => {
    await using app = await listeningApp({
      "a.js": `return (async function* () { yield 'a'; ${HOLDS.replace("return 1", "")} })()`,
      "go.js": "shared.waiting.shift()(); return 1",
    });
    const answer = await app.fetch("/a");
    await until(
      () => app.app.engine.active.list().map(({ scriptPath }) => scriptPath),
      (listed) => listed.length === 1 && listed[0] === "/a",
    );
    const entry = entryOf(app) as ScriptMetrics;
    expect([entry.activeHttp, entry.durations.count]).toEqual([1, 0]);
    await Bun.sleep(30);
    await app.get("/go");
    await answer.text();
    await until(
      () => entry.durations.count,
      (count) => count === 1,
    );
    expect(entry.durations.maxMs).toBeGreaterThan(25);
    expect([entry.activeHttp, app.app.engine.active.size]).toEqual([0, 0]);
  });
});

describe("sockets", () => {
  const FILES = {
    "a.js":
      "// @mode worker\n// @websocket\nws.message = (socket, data) => socket.close(Number(data), 'asked')",
  };

  test("are recorded with their script, and are no requests", async () => {
    await using app = await listeningApp(FILES);
    const sockets = await Promise.all([openSocket(app.url, "/a"), openSocket(app.url, "/a")]);
    const entry = entryOf(app) as ScriptMetrics;
    await until(
      () => [entry.sockets.opened, entry.sockets.active],
      (seen) => Bun.deepEquals(seen, [2, 2]),
    );
    expect(entry.isLive).toBe(true);
    sockets[0]?.send("1000");
    sockets[1]?.send("4001");
    await until(
      () => entry.sockets.active,
      (active) => active === 0,
    );
    expect([entry.sockets.normalCloses, entry.sockets.abnormalCloses]).toEqual([1, 1]);
    expect([entry.durations.count, app.app.services.recorder.totals.requests]).toEqual([0, 0]);
  });

  test("a handshake at a script that takes none is neither, and leaves nothing behind", async () => {
    await using app = await listeningApp({ "a.js": "// @concurrent 1\nreturn 1", "b.js": "return 1" });
    for (const path of ["/a", "/b", "/b"]) {
      const { promise, resolve } = Promise.withResolvers<number>();
      const socket = new WebSocket(`${app.url.replace("http", "ws")}${path}`);
      socket.onclose = ({ code }) => resolve(code);
      expect(await promise).toBe(4400);
    }
    const { totals } = app.app.services.recorder;
    expect([totals.requests, totals.activeHttp, entryOf(app)?.isLive]).toEqual([0, 0, false]);
  });

  test("a handshake that is refused is a request", async () => {
    await using app = await listeningApp({
      "a.js": "// @mode worker\n// @websocket\n// @token t\nws.message = () => 1",
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = new WebSocket(`${app.url.replace("http", "ws")}/a`);
    socket.onerror = () => undefined;
    socket.onclose = () => resolve();
    await promise;
    const entry = entryOf(app);
    expect([entry?.durations.count, entry?.errors, entry?.sockets.opened]).toEqual([1, 0, 0]);
  });
});

test("with --metrics-scripts-cap 0 nothing is recorded, and everything runs", async () => {
  await using app = await listeningApp(
    {
      "a.js": "return { a: 1 }",
      "b.js": "throw 1",
      "c.js": `${SLOW} return 1`,
      "d.js": "// @token t\nreturn 1",
    },
    ["--metrics-scripts-cap", "0"],
  );
  const statuses = await Promise.all(
    ["/a", "/b", "/c", "/d"].map(async (path) => (await app.fetch(path)).status),
  );
  expect(statuses).toEqual([200, 500, 200, 401]);
  const { totals, scripts } = app.app.services.recorder;
  expect([totals.requests, totals.errors, scripts.size]).toEqual([0, 0, 0]);
});

async function send(
  app: ListeningApp,
  { request: { path = "/a", ...init } = {}, leaves }: End,
): Promise<number> {
  const leaving = new AbortController();
  if (leaves === "at once") setTimeout(() => leaving.abort(), 30);
  try {
    const response = await app.fetch(path, { ...init, signal: leaving.signal });
    if (leaves === "after the head") leaving.abort();
    else await response.text().catch(() => "broken off");
    return response.status;
  } catch {
    return 0; // The client went away.
  }
}

function methodOf({ request }: End): string {
  const method = request?.method ?? "GET";
  return method === "PROPFIND" ? "OTHER" : method;
}

function entryOf(app: ListeningApp): ScriptMetrics | undefined {
  return app.app.services.recorder.scripts.entries().find(({ scriptPath }) => scriptPath === "/a");
}
