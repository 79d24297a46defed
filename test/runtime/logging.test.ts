import { describe, expect, test } from "bun:test";
import { readdir, writeFile } from "node:fs/promises";
import { listeningApp } from "../support/listening-app.ts";
import { linesOf } from "../support/logs.ts";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";
import { until } from "../support/until.ts";

const JSON_BODY = { "content-type": "application/json" };

/** What one call of a script leaves in the log. */
async function logOf(header: string, body: string, { path = "/a", init = {} }: Call = {}) {
  await using app = await scriptApp({ "default/1/a.js": `${header}\n${body}` });
  await app.ask(path, init);
  return await linesOf(app);
}

interface Call {
  readonly path?: string;
  readonly init?: RequestInit;
}

const files = async (app: ScriptApp) => await readdir(app.services.config.logsDir).catch(() => []);

describe("who keeps a log", () => {
  test.each([
    "",
    "// @timeout 5s",
    "// @log-level none",
    "// @debug false",
    "// @log-level none\n// @log-request-body full",
  ])("a script with %j writes nothing, not even a directory", async (header) => {
    await using app = await scriptApp({ "default/1/a.js": `${header}\nconsole.log("x"); return 1` });
    const answer = await app.ask("/a");
    expect(answer.status).toBe(200);
    await app.services.logs.flush();
    expect(await files(app)).toEqual([]);
  });

  test.each([
    "// @log-level standard",
    "// @log-request-body",
    "// @log-response-body off",
    "// @log-max-body-size 1kb",
    "// @log-exclude-headers x-a",
    "// @log-retention-days 3",
    "// @debug",
  ])("a script with %s has a line for each request", async (header) => {
    const [line, ...others] = await logOf(header, "return 1", { path: "/a?x=1" });
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      type: "request",
      executionId: expect.stringMatching(/^exec_[0-9A-Z]{26}$/),
      method: "GET",
      path: "/a?x=1",
      status: 200,
      durationMs: expect.any(Number),
      script: "default/1/a.js",
      clientIp: "127.0.0.1",
    });
  });

  test("each deployment has a file of its own, and the answer names its execution", async () => {
    await using app = await scriptApp({
      "default/1/a.js": "// @log-level standard\nreturn metadata.executionId",
      "app.x/2/a.js": "// @log-level standard\nreturn 2",
    });
    const one = await app.ask("/a");
    expect(one.headers.get("x-execution-id")).toBe(one.text);
    await app.ask("/a", { headers: { host: "app.x.p-c-exec-2.node.hoody.icu" } });
    expect(await linesOf(app)).toMatchObject([{ executionId: one.text }]);
    expect(await linesOf(app, "app.x-2.log")).toMatchObject([{ script: "app.x/2/a.js" }]);
  });

  test("a changed header counts from the next request on", async () => {
    await using app = await scriptApp({ "default/1/a.js": "return 1" });
    await app.ask("/a?n=1");
    await app.write("a.js", "// @log-level minimal\nreturn 1");
    await app.ask("/a?n=2");
    await app.write("a.js", "return 1");
    await app.ask("/a?n=3");
    expect((await linesOf(app)).map(({ path }) => path)).toEqual(["/a?n=2"]);
  });
});

/** What `@log-level minimal` leaves of a line, whatever else a script asks for (script-runtime.md §15). */
const MINIMAL = ["time", "type", "executionId", "method", "path", "status", "durationMs"];

describe("what a line holds", () => {
  test("minimal: time, id, method, path, status and duration", async () => {
    const [line] = await logOf("// @log-level minimal\n// @log-response-body full", "return { a: 1 }");
    expect(Object.keys(line)).toEqual(MINIMAL);
  });

  test("minimal keeps bodies out, although a directive asks for them", async () => {
    await using app = await scriptApp({
      "default/1/a.ts":
        "// @log-level minimal\n// @log-request-body full\n// @log-response-body full\nreturn { got: req.body }",
    });
    await app.ask("/a", { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":1}' });
    const [line] = await linesOf(app);
    expect(Object.keys(line)).toEqual(MINIMAL);
  });

  test("full: headers, and what the script prints, except debug", async () => {
    const [info, warn, line] = await logOf(
      "// @log-level full",
      'console.log("n is %d", 5); console.debug("no"); console.warn({ a: 1 }); res.set("x-mine", "1"); return 1',
    );
    expect(info).toMatchObject({ type: "console", level: "info", message: "n is 5" });
    expect(warn).toMatchObject({ type: "console", level: "warn", message: "{ a: 1 }" });
    expect(info.executionId).toBe(line.executionId);
    expect(line.responseHeaders).toMatchObject({ "x-mine": "1", "x-execution-id": line.executionId });
  });

  test.each(["// @log-level debug", "// @debug true"])("%s: console.debug too", async (header) => {
    const lines = await logOf(header, 'console.debug("yes"); return 1');
    expect(lines).toMatchObject([{ level: "debug", message: "yes" }, { type: "request" }]);
  });

  test("standard prints nothing of the console", async () => {
    expect(await logOf("// @log-level standard", 'console.log("x"); return 1')).toHaveLength(1);
  });

  test("middleware prints into the log of the script it runs for", async () => {
    await using app = await scriptApp({
      "default/1/a.js": "// @log-level full\nreturn 1",
      "default/1/pre.js": 'console.log("before")',
    });
    await app.ask("/a");
    expect(await linesOf(app)).toMatchObject([{ message: "before" }, { type: "request" }]);
  });

  test("a line in the text of a message ends no line of the log", async () => {
    const lines = await logOf("// @log-level full", 'console.log("one\\ntwo\\u2028\\r"); return 1');
    expect(lines[0].message).toBe("one\ntwo\u2028\r");
  });

  test.each([
    ["throw new TypeError('bad\\nline two')", 500, "TypeError: bad"],
    ["return (", 500, expect.stringContaining("Expected")],
    ["res.status(418); return 1", 418, undefined],
    ["return new Promise(() => {})", 504, "Script timeout"],
  ])("%s is status %d", async (body, status, error) => {
    const [line] = await logOf("// @log-level standard\n// @timeout 50", body);
    expect(line).toMatchObject({ status, ...(error === undefined ? {} : { error }) });
    if (error === undefined) expect(line.error).toBeUndefined();
  });

  test("who is refused has a line, and its token is not in it", async () => {
    await using app = await scriptApp({ "default/1/a.js": "// @log-level full\n// @token s3cret\nreturn 1" });
    await app.ask("/a?token=wrong-s3cret", { headers: { "x-token": "wrong-s3cret" } });
    await app.ask("/a", { headers: { authorization: "Bearer s3cret" } });
    const lines = await linesOf(app);
    expect(lines).toMatchObject([{ status: 401, path: "/a?token=***" }, { status: 200 }]);
    expect(JSON.stringify(lines)).not.toContain("s3cret");
  });

  test("a stream has its line when it ends, and says how", async () => {
    await using app = await scriptApp({
      "default/1/whole.js":
        "// @log-response-body full\nreturn (async function* () { yield 'a'; yield 'b' })()",
      "default/1/broken.js":
        "// @log-level standard\nreturn (async function* () { yield 'a'; throw new Error('midway') })()",
      "default/1/endless.js":
        "// @log-level standard\nreturn (async function* () { for (;;) { yield 'a'; await new Promise((r) => setTimeout(r, 5)) } })()",
      "default/1/written.js":
        "// @log-response-body full\nres.write('a'); setTimeout(() => res.end('b'), 20)",
    });
    expect((await app.ask("/whole")).text).toBe("ab");
    await app.ask("/broken").catch(() => "broken off");
    const endless = await app.fetch("/endless");
    expect(await linesOf(app)).toHaveLength(2);
    await endless.body?.cancel();
    expect((await app.ask("/written")).text).toBe("ab");
    const lines = await until(
      () => linesOf(app),
      ({ length }) => length === 4,
    );
    const of = (path: string) => lines.find((line) => line.path === path);
    expect(of("/whole")).toMatchObject({ delivery: "complete", responseBody: { bytes: 2, text: "ab" } });
    expect(of("/broken")).toMatchObject({
      status: 200,
      delivery: "failed",
      error: expect.stringContaining("midway"),
    });
    expect(of("/endless")).toMatchObject({ delivery: "aborted" });
    expect(of("/written")).toMatchObject({ delivery: "complete", responseBody: { text: "ab" } });
  });
});

describe("bodies", () => {
  const post = (body: Bun.BodyInit, type = "application/json"): Call => ({
    init: { method: "POST", body, headers: { "content-type": type } },
  });

  test("are logged when they are asked for, and only then", async () => {
    const [silent] = await logOf("// @log-level debug", "return req.body", post('{"a":1}'));
    expect([silent.requestBody, silent.responseBody]).toEqual([undefined, undefined]);
    const [line] = await logOf(
      "// @log-request-body full\n// @log-response-body full",
      "return { got: req.body }",
      post('{ "a": 1 }'),
    );
    expect(line.requestBody).toEqual({ bytes: 10, text: '{ "a": 1 }' });
    expect(line.responseBody).toEqual({ bytes: 15, text: '{"got":{"a":1}}' });
  });

  test("also of a script that does not look at them", async () => {
    const [line] = await logOf("// @log-request-body full", "return 1", post('{"a":1}'));
    expect(line.requestBody.text).toBe('{"a":1}');
  });

  test.each(["redacted", "whatever", "maybe"])("%s masks the values of secrets", async (mode) => {
    const header = `// @log-request-body ${mode}\n// @log-response-body ${mode}`;
    const body = '{"user":"ada","Password":"p4ss","deep":[{"api-key":{"a":"p4ss"}},1],"n":1}';
    const [line] = await logOf(header, 'return { client_secret: "p4ss", ok: true }', post(body));
    expect(line.requestBody.text).toBe('{"user":"ada","Password":"***","deep":[{"api-key":"***"},1],"n":1}');
    expect(line.responseBody.text).toBe('{"client_secret":"***","ok":true}');
  });

  test("redacted masks forms, and leaves out what it cannot mask", async () => {
    const header = "// @log-request-body redacted\n// @log-response-body redacted";
    const [form] = await logOf(
      header,
      "return 'token is p4ss'",
      post("a=1&pass%77ord=p4ss&b=2", "application/x-www-form-urlencoded"),
    );
    expect(form.requestBody.text).toBe("a=1&pass%77ord=***&b=2");
    expect(form.responseBody).toEqual({ bytes: 13, type: "text/plain; charset=utf-8" });
  });

  test("of what is no text only the kind and the length are logged", async () => {
    const [line] = await logOf(
      "// @log-request-body full\n// @log-response-body full",
      "return new Uint8Array([0, 1, 2])",
      post(new Uint8Array([0xff, 0xfe, 0]), "application/x-thing"),
    );
    expect(line.requestBody).toEqual({ bytes: 3, type: "application/x-thing" });
    expect(line.responseBody).toEqual({ bytes: 3, type: "application/octet-stream" });
  });

  test("@log-max-body-size cuts them, never within a character", async () => {
    const [line] = await logOf(
      "// @log-request-body full\n// @log-response-body redacted\n// @log-max-body-size 5",
      'return { password: "p4ssword" }',
      post("aäää", "text/plain"),
    );
    expect(line.requestBody).toEqual({ bytes: 7, text: "aää", isCut: true });
    expect(line.responseBody).toEqual({ text: '{"pas', isCut: true });
  });

  test("a value that was cut in its middle is masked all the same", async () => {
    const [line] = await logOf(
      "// @log-request-body redacted\n// @log-max-body-size 16",
      "return 1",
      post('{"password":"p4ssword-of-ada"}'),
    );
    expect(line.requestBody.text).toBe('{"password":"***"');
  });

  test("the answer is the same with a log as without", async () => {
    await using app = await scriptApp({
      "default/1/file.js": "// @log-response-body full\nreturn res.sendFile(__filename)",
      "default/1/response.js": "// @log-response-body full\nreturn new Response('x'.repeat(1e6))",
      "default/1/none.js": "// @log-response-body full\n",
    });
    expect((await app.ask("/file")).text).toContain("sendFile");
    expect((await app.ask("/response")).text).toHaveLength(1e6);
    expect((await app.ask("/none")).status).toBe(204);
    const lines = await until(
      () => linesOf(app),
      ({ length }) => length === 3,
    );
    const response = lines.find(({ path }) => path === "/response");
    expect(response.responseBody.isCut).toBe(true);
    expect(response.responseBody.text.length).toBe(65_536);
  });
});

test("headers that are credentials are masked, and those that are named", async () => {
  const [line] = await logOf(
    "// @log-level full\n// @log-exclude-headers X-Session, x-other",
    'res.set("set-cookie", "id=p4ss"); res.set("location", "/x?code=p4ss&a=1"); return 1',
    {
      init: {
        headers: {
          authorization: "Bearer p4ss",
          cookie: "id=p4ss",
          "x-api-key": "p4ss",
          "x-session": "p4ss",
          "x-secret": "p4ss",
          referer: "http://x/?token=p4ss&b=1",
          accept: "*/*",
          ...JSON_BODY,
        },
      },
    },
  );
  expect(line.requestHeaders).toMatchObject({
    authorization: "***",
    cookie: "***",
    "x-api-key": "***",
    "x-session": "***",
    "x-secret": "***",
    referer: "http://x/?token=***&b=1",
    accept: "*/*",
  });
  expect(line.responseHeaders).toMatchObject({ "set-cookie": "***", location: "/x?code=***&a=1" });
  expect(JSON.stringify(line)).not.toContain("p4ss");
});

test("where no log can be written, requests are answered all the same", async () => {
  await using app = await scriptApp({ "default/1/a.js": "// @log-level full\nconsole.log(1); return 1" });
  await writeFile(app.services.config.logsDir, "in the way");
  for (let at = 0; at < 5; at++) expect((await app.ask("/a")).status).toBe(200);
  await app.services.logs.flush();
  expect(app.services.logs.lost).toBe(10);
  expect(app.services.logs.heldBytes).toBe(0);
});

test("a script with sockets has a line for each handshake, and what its handlers print", async () => {
  const source = `// @mode worker
// @websocket
// @log-level full
ws.message = (socket, text) => { console.log("got", text); socket.send(text); };`;
  await using app = await listeningApp({ "chat.js": source });
  const socket = new WebSocket(`${app.url.replace("http", "ws")}/chat?token=p4ss`);
  const echoed = new Promise((resolve) => socket.addEventListener("message", resolve));
  socket.addEventListener("open", () => socket.send("hello"));
  await echoed;
  socket.close();
  const { logs, config } = app.app.services;
  await logs.flush();
  const text = await Bun.file(`${config.logsDir}/default-1.log`).text();
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { type: "request", path: "/chat?token=***", status: 101 },
    { type: "console", message: "got hello" },
  ]);
});
