import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { sendRaw } from "../support/raw-http.ts";
import { scriptApp } from "../support/script-app.ts";
import { until } from "../support/until.ts";

describe("serverless and worker", () => {
  test("what a serverless request puts on globalThis is gone in the next, what a worker puts there stays", async () => {
    const body = "globalThis.count = (globalThis.count ?? 0) + 1; return globalThis.count";
    await using app = await scriptApp({
      "default/1/serverless.ts": body,
      "default/1/worker.ts": `// @mode worker\n${body}`,
    });
    const calls = async (path: string) => [
      (await app.ask(path)).text,
      (await app.ask(path)).text,
      (await app.ask(path)).text,
    ];
    expect(await calls("/serverless")).toEqual(["1", "1", "1"]);
    expect(await calls("/worker")).toEqual(["1", "2", "3"]);
  });

  test("all worker scripts of a deployment share one global object, other deployments have their own", async () => {
    await using app = await scriptApp({
      "default/1/set.ts": '// @mode worker\nglobalThis.mine = "one"; return mine',
      "default/1/get.ts": "// @mode worker\nreturn String(globalThis.mine)",
      "default/2/get.ts": "// @mode worker\nreturn String(globalThis.mine)",
    });
    await app.ask("/set");
    const host = { host: "abc-def-exec-2.node.example" };
    expect((await app.ask("/get")).text).toBe("one");
    expect((await app.ask("/get", { headers: host })).text).toBe("undefined");
  });

  test("a serverless script does not see the globals of worker scripts", async () => {
    await using app = await scriptApp({
      "default/1/set.ts": '// @mode worker\nglobalThis.mine = "one"; return mine',
      "default/1/get.ts": "return String(globalThis.mine)",
    });
    await app.ask("/set");
    expect((await app.ask("/get")).text).toBe("undefined");
  });

  test.each(["", "// @mode worker\n"])("the body runs again for each request (%j)", async (head) => {
    await using app = await scriptApp({ "default/1/a.ts": `${head}let count = 0;\ncount++;\nreturn count` });
    await app.ask("/a");
    expect((await app.ask("/a")).text).toBe("1");
  });

  test("shared is one object for all scripts of a deployment, whatever their mode", async () => {
    const body = "shared.list ??= []; shared.list.push(metadata.scriptPath); return shared.list";
    await using app = await scriptApp({
      "default/1/a.ts": body,
      "default/1/b.ts": `// @mode worker\n${body}`,
      "default/2/a.ts": body,
    });
    await app.ask("/a");
    expect((await app.ask("/b")).json).toEqual(["default/1/a.ts", "default/1/b.ts"]);
    const other = await app.ask("/a", { headers: { host: "abc-def-exec-2.node.example" } });
    expect(other.json).toEqual(["default/2/a.ts"]);
  });

  test("helper modules keep their state between requests of both modes", async () => {
    await using app = await scriptApp({
      "default/1/_counter.ts": "let count = 0;\nexport const next = () => ++count;",
      "default/1/a.ts": 'import { next } from "./_counter.ts";\nreturn next()',
      "default/1/b.ts": '// @mode worker\nimport { next } from "./_counter.ts";\nreturn next()',
    });
    expect([(await app.ask("/a")).text, (await app.ask("/b")).text, (await app.ask("/a")).text]).toEqual([
      "1",
      "2",
      "3",
    ]);
  });
});

/** A script that says when it runs and waits for `/open`. */
const HELD = `shared.running = (shared.running ?? 0) + 1;
shared.most = Math.max(shared.most ?? 0, shared.running);
(shared.order ??= []).push(metadata.query.n);
await new Promise((resolve) => (shared.waiting ??= []).push(resolve));
shared.running--;
return metadata.query.n`;
const STATE = "return { running: shared.running ?? 0, most: shared.most ?? 0, order: shared.order ?? [] }";
const OPEN =
  "const all = shared.waiting?.splice(0) ?? []; for (const resolve of all) resolve(); return all.length";

describe("@concurrent", () => {
  const files = (directives: string) => ({
    "default/1/held.ts": `${directives}\n${HELD}`,
    "default/1/state.ts": STATE,
    "default/1/open.ts": OPEN,
  });

  /** Sends calls, opens the script again and again until all are answered; tells what was seen. */
  async function runAll(directives: string, count: number) {
    await using app = await scriptApp(files(directives));
    const calls = Array.from({ length: count }, (_, n) => app.ask(`/held?n=${n}`));
    const answers: string[] = [];
    for (const call of calls) void call.then(({ text }) => answers.push(text));
    await until(
      async () => {
        await app.ask("/open");
        return answers.length;
      },
      (seen) => seen === count,
    );
    const { json } = await app.ask("/state");
    return { answers, ...json } as { answers: string[]; most: number; order: string[] };
  }

  test("false runs one request at a time, in the order of arrival", async () => {
    const { most, order } = await runAll("// @concurrent false", 5);
    expect({ most, order }).toEqual({ most: 1, order: ["0", "1", "2", "3", "4"] });
  });

  test("a number runs that many at once and queues the rest", async () => {
    const { most, order } = await runAll("// @concurrent 2", 6);
    expect({ most, order }).toEqual({ most: 2, order: ["0", "1", "2", "3", "4", "5"] });
  });

  test.each(["", "// @concurrent true"])("without a limit all run at once (%j)", async (directives) => {
    expect((await runAll(directives, 6)).most).toBe(6);
  });

  test("a worker script has no limit", async () => {
    expect((await runAll("// @mode worker\n// @concurrent 1", 4)).most).toBe(4);
  });

  test("a request beyond --queue-max answers 503 and those in the queue are served", async () => {
    await using app = await scriptApp(files("// @concurrent 1"), ["--queue-max", "2"]);
    const running = app.ask("/held?n=0");
    await until(
      async () => (await app.ask("/state")).json.running,
      (seen) => seen === 1,
    );
    const queued = [app.ask("/held?n=1"), app.ask("/held?n=2")];
    const refused = await app.ask("/held?n=3");
    expect(refused.status).toBe(503);
    expect(refused.json).toMatchObject({ code: "ERROR_503", error: expect.stringContaining("--queue-max") });
    let open = true;
    const opening = (async () => {
      while (open) await app.ask("/open");
    })();
    const texts = (await Promise.all([running, ...queued])).map(({ text }) => text);
    open = false;
    await opening;
    expect(texts).toEqual(["0", "1", "2"]);
  });

  test("a run that throws gives its place free", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": '// @concurrent 1\nif (metadata.query.bad) throw new Error("x");\nreturn "ok"',
    });
    expect((await app.ask("/a?bad=1")).status).toBe(500);
    expect((await app.ask("/a")).text).toBe("ok");
  });

  test("a request whose caller is gone leaves the queue and never runs", async () => {
    await using app = await scriptApp(files("// @concurrent 1"));
    const first = app.ask("/held?n=0");
    await until(
      async () => (await app.ask("/state")).json.running,
      (seen) => seen === 1,
    );
    const gone = new AbortController();
    const second = app.fetch("/held?n=1", { signal: gone.signal });
    const third = app.ask("/held?n=2");
    gone.abort();
    expect((await second).status).toBe(499);
    await app.ask("/open");
    await first;
    await until(
      async () => (await app.ask("/open")).text,
      (seen) => seen === "1",
    );
    await third;
    expect((await app.ask("/state")).json.order).toEqual(["0", "2"]);
  });
});

const FOREVER = "await new Promise(() => {})";

describe("@timeout", () => {
  test("an answer that is late is 504 with the limit, and the connection closes", async () => {
    await using app = await scriptApp({ "default/1/a.ts": `// @timeout 30\n${FOREVER}` });
    const { status, headers, json } = await app.ask("/a");
    expect(status).toBe(504);
    expect(headers.get("connection")).toBe("close");
    expect(headers.get("x-execution-id")).toMatch(/^exec_[0-9A-Z]{26}$/);
    expect(json).toEqual({
      error: "Script timeout",
      code: "ERROR_504",
      timestamp: expect.any(String),
      timeoutMs: 30,
      details: { script: "default/1/a.ts", directive: "@timeout" },
    });
  });

  test("--timeout-default holds for scripts that declare none", async () => {
    await using app = await scriptApp({ "default/1/a.ts": FOREVER }, ["--timeout-default", "25ms"]);
    expect((await app.ask("/a")).json.timeoutMs).toBe(25);
  });

  test.each(["0", "unlimited", "none"])("%s switches the default limit off", async (value) => {
    await using app = await scriptApp(
      {
        "default/1/a.ts": `// @timeout ${value}\nawait new Promise((done) => setTimeout(done, 80));\nreturn "ok"`,
      },
      ["--timeout-default", "20ms"],
    );
    expect((await app.ask("/a")).text).toBe("ok");
  });

  test("the code is not killed: it goes on and sees its signal aborted", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": `// @timeout 30
await new Promise((resolve) => req.signal.addEventListener("abort", resolve));
shared.reason = req.signal.reason.name;`,
      "default/1/reason.ts": "return shared.reason ?? null",
    });
    expect((await app.ask("/a")).status).toBe(504);
    await until(
      async () => (await app.ask("/reason")).text,
      (seen) => seen === "TimeoutError",
    );
  });

  test("a script that asks for its signal after its time is over finds it aborted", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": `// @timeout 20
await new Promise((resolve) => (shared.go = resolve));
shared.aborted = req.signal.aborted;`,
      "default/1/go.ts": "shared.go(); return null",
      "default/1/seen.ts": "return String(shared.aborted)",
    });
    expect((await app.ask("/a")).status).toBe(504);
    await app.ask("/go");
    await until(
      async () => (await app.ask("/seen")).text,
      (seen) => seen === "true",
    );
  });

  test("an answer that has begun is not cut off", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": `// @timeout 20
res.write("a");
await new Promise((resolve) => setTimeout(resolve, 60));
res.end("b");`,
    });
    const { status, text } = await app.ask("/a");
    expect([status, text]).toEqual([200, "ab"]);
  });

  test("waiting in the queue counts", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": `// @timeout 40\n// @concurrent 1\n${FOREVER}`,
    });
    const answers = await Promise.all([app.ask("/a"), app.ask("/a")]);
    expect(answers.map(({ status }) => status)).toEqual([504, 504]);
  });

  test("loading counts: a module that never finishes does not hold the request for ever", async () => {
    await using app = await scriptApp({
      "default/1/_x.ts": `${FOREVER};\nexport const x = 1;`,
      "default/1/a.ts": '// @timeout 30\nimport { x } from "./_x.ts";\nreturn x',
    });
    const { status, json } = await app.ask("/a");
    expect([status, json.timeoutMs]).toEqual([504, 30]);
  });

  test("reading the body counts", async () => {
    await using app = await scriptApp({ "default/1/a.ts": "// @timeout 30\nreturn req.body" });
    const body = new ReadableStream({ start() {} });
    const { status } = await app.ask("/a", { method: "POST", body });
    expect(status).toBe(504);
  });
});

describe("over a real socket", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startProcess({
      files: {
        "default/1/wait.ts": `shared.state = "running";
await new Promise((resolve) => req.signal.addEventListener("abort", resolve));
shared.state = "aborted";`,
        "default/1/stream.ts": `return (async function* () {
  try { for (;;) { yield "tick\\n"; await new Promise((resolve) => setTimeout(resolve, 5)); } }
  finally { shared.state = "stopped"; }
})()`,
        "default/1/late.ts": `// @timeout 50\n${FOREVER}`,
        "default/1/state.ts": "return shared.state ?? null",
      },
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const stateIs = (wanted: string) =>
    until(
      async () => await (await server.fetch("/state")).text(),
      (seen) => seen === wanted,
    );

  test("req.signal is aborted when the client goes away", async () => {
    const client = new AbortController();
    const call = server.fetch("/wait", { signal: client.signal }).catch(() => null);
    await stateIs("running");
    client.abort();
    await call;
    await stateIs("aborted");
  });

  test("a streamed answer stops being made when the client goes away", async () => {
    const client = new AbortController();
    const response = await server.fetch("/stream", { signal: client.signal });
    await response.body?.getReader().read();
    client.abort();
    await stateIs("stopped");
  });

  test("the socket is closed after a 504", async () => {
    // Without a condition this resolves when the server has closed the connection.
    const received = await sendRaw(server.url, "GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(received).toStartWith("HTTP/1.1 504");
  });
});
