import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";
import { type ScriptRow, scriptRows } from "../support/script-rows.ts";
import { until } from "../support/until.ts";

/** A script of one expression, answered as JSON. */
const gives = (expression: string, json: unknown, more: Partial<ScriptRow> = {}): ScriptRow => ({
  script: `return [${expression}];`,
  ending: "ts",
  json: [json],
  ...more,
});

/** TABLE: first lines that lead a script into each kind of context. */
const CONTEXTS: Readonly<Record<string, string>> = {
  "a contained script": "",
  "a script that writes to globalThis": "globalThis.left = 1;\n",
  "a script that changes a built-in": "Array.prototype.left = 1;\n",
  "a worker script": "// @mode worker\n",
};

/** TABLE: name → type of the value a script finds there. */
const ALWAYS: Readonly<Record<string, string>> = {
  req: "object",
  res: "object",
  metadata: "object",
  shared: "object",
  state: "object",
  "state.update": "function",
  console: "object",
  "console.log": "function",
  require: "function",
  "require.resolve": "function",
  module: "object",
  exports: "object",
  crypto: "object",
  fs: "object",
  path: "object",
  $: "function",
  Database: "function",
  z: "object",
  ai: "object",
  "ai.generate": "function",
  openai: "function",
  model: "object",
  generateText: "function",
  streamText: "function",
  generateObject: "function",
  __dirname: "string",
  __filename: "string",
  mainResult: "undefined",
  Bun: "object",
  "Bun.$": "function",
  process: "object",
  Buffer: "function",
  fetch: "function",
  setTimeout: "function",
  clearTimeout: "function",
  setInterval: "function",
  clearInterval: "function",
  setImmediate: "function",
  clearImmediate: "function",
  queueMicrotask: "function",
  structuredClone: "function",
  atob: "function",
  btoa: "function",
  performance: "object",
  URL: "function",
  URLSearchParams: "function",
  Headers: "function",
  Request: "function",
  Response: "function",
  FormData: "function",
  Blob: "function",
  File: "function",
  AbortController: "function",
  AbortSignal: "function",
  Event: "function",
  EventTarget: "function",
  TextEncoder: "function",
  TextDecoder: "function",
  ReadableStream: "function",
  WritableStream: "function",
  TransformStream: "function",
  CompressionStream: "function",
  WebSocket: "function",
  BroadcastChannel: "function",
  MessageChannel: "function",
  DOMException: "function",
  HTMLRewriter: "function",
  WebAssembly: "object",
  Intl: "object",
  globalThis: "object",
  global: "object",
  self: "object",
};

describe.each(Object.entries(CONTEXTS))("names in %s", (_kind, head) => {
  scriptRows(
    Object.fromEntries(
      Object.entries(ALWAYS).flatMap(([name, type]) => [
        [name, { script: `${head}return [typeof ${name}];`, ending: "ts", json: [type] } satisfies ScriptRow],
        [
          `${name} inside a handler`,
          {
            script: `${head}module.exports = async () => { await null; return [typeof ${name}]; };`,
            ending: "js",
            json: [type],
          } satisfies ScriptRow,
        ],
      ]),
    ),
  );
});

describe("what the names are", () => {
  scriptRows({
    "crypto makes digests": gives(
      "crypto.createHash('sha256').update('a').digest('hex').slice(0, 8)",
      "ca978112",
    ),
    "crypto is the Web's as well": gives(
      "crypto.randomUUID().length, crypto.getRandomValues(new Uint8Array(2)).length, typeof crypto.subtle.digest",
      36,
      { json: [36, 2, "function"] },
    ),
    "fs reads files": gives("fs.readFileSync(__filename, 'utf8').startsWith('return')", true),
    "path joins": gives("path.join('a', 'b')", "a/b"),
    "$ runs a shell": gives("await $`echo hi`.text()", "hi\n"),
    "Bun.$ runs a shell": gives("await Bun.$`echo hi`.text()", "hi\n"),
    "Database opens SQLite": gives("new Database(':memory:').query('select 1 as n').get()", { n: 1 }),
    "z makes schemas": gives("z.object({ n: z.number() }).safeParse({ n: 'x' }).success", false),
    "require gives built-ins": gives("require('node:os').EOL, require('path').sep", null, {
      json: ["\n", "/"],
    }),
    "__filename is the script's own file": gives("__filename.endsWith('/default/1/row-9-ts.ts')", true),
    "__dirname is the script's own directory": gives("__filename === __dirname + '/row-10-ts.ts'", true),
    "module.exports is an empty object": gives("module.exports", {}),
    "exports is module.exports": gives("exports === module.exports", true),
    "global, self and globalThis are one": gives("global === globalThis && self === globalThis", true),
    "timers run": gives("await new Promise((done) => setTimeout(done, 1, 'ran'))", "ran"),
    "setTimeout takes arguments and can be cleared": gives(
      "await new Promise((done) => { clearTimeout(setTimeout(done, 1, 'cleared')); setTimeout(done, 2, 'kept'); })",
      "kept",
    ),
    "Buffer makes Buffers": gives("Buffer.from('a').toString('base64')", "YQ=="),
    "URL parses": gives("new URL('/b', 'http://a').href", "http://a/b"),
    "a stream may be given an iterator of its own": gives(
      "(() => { const s = new ReadableStream(); s[Symbol.asyncIterator] = () => 1; return s[Symbol.asyncIterator](); })()",
      1,
    ),
    "process has an environment": gives("typeof process.env.PATH, process.env.NEVER_SET", null, {
      json: ["undefined", null],
    }),
    "process cannot end the server": {
      script: "try { process.exit(1); } catch (error) { return error.message; }",
      ending: "ts",
      text: /process\.exit/,
    },
  });

  test("shared is one object for all scripts of a deployment, and none of another one", async () => {
    await using app = await scriptApp({
      "default/1/put.ts": "shared.list = [...(shared.list ?? []), metadata.query.v];\nreturn shared.list;",
      "default/1/get.js": "module.exports = (req, res, metadata, shared) => shared;",
      "default/2/get.js": "module.exports = (req, res, metadata, shared) => shared;",
    });
    await app.ask("/put?v=a");
    expect((await app.ask("/put?v=b")).json).toEqual(["a", "b"]);
    expect((await app.ask("/get")).json).toEqual({ list: ["a", "b"] });
    const other = { headers: { host: "p-c-exec-2.node.test" } };
    expect((await app.ask("/get", other)).json).toEqual({});
  });

  test("state.update sets a key of shared and resolves with the new value", async () => {
    await using app = await scriptApp({
      "default/1/add.ts":
        "const n = await state.update('n', (n = 0) => n + 1);\nreturn { n, seen: shared.n };",
    });
    await app.ask("/add");
    expect((await app.ask("/add")).json).toEqual({ n: 2, seen: 2 });
  });

  test("state.update loses no step when its function waits", async () => {
    await using app = await scriptApp({
      "default/1/add.ts":
        "const n = await state.update('n', async (n = 0) => { await Bun.sleep(1); return n + 1; });\nreturn { n };",
    });
    const answers = await Promise.all(Array.from({ length: 10 }, () => app.ask("/add")));
    expect(answers.map((each) => each.json.n).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("state.update passes on what its function throws and leaves the value", async () => {
    await using app = await scriptApp({
      "default/1/add.ts":
        "shared.n = 5;\ntry { await state.update('n', () => { throw new Error('no'); }); } catch (error) { return [error.message, shared.n]; }",
    });
    expect((await app.ask("/add")).json).toEqual(["no", 5]);
  });

  test("mainResult is there in post middleware", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": "return { a: 1 };",
      "default/1/post.ts": "return { was: mainResult };",
    });
    expect((await app.ask("/a")).json).toEqual({ was: { a: 1 } });
  });

  test("console of a script goes to the server's log and marks the answer", async () => {
    await using app = await scriptApp({
      "default/1/loud.ts": "console.log('hello');\nreturn 1;",
      "default/1/silent.ts": "return 1;",
    });
    expect((await app.ask("/loud")).headers.get("x-execution-id")).toMatch(/^exec_[0-9A-Z]{26}$/);
    expect((await app.ask("/silent")).headers.get("x-execution-id")).toBeNull();
  });
});

describe("req", () => {
  const json = (body: string, method = "POST"): RequestInit => ({
    method,
    headers: { "content-type": "application/json" },
    body,
  });
  scriptRows({
    method: gives("req.method", "PUT", { init: { method: "PUT" } }),
    "headers: a plain object with lower-case keys": gives(
      "req.headers['x-some'], req.headers['X-Some'], Object.keys(req.headers).every((key) => key === key.toLowerCase())",
      null,
      { init: { headers: { "X-Some": "a" } }, json: ["a", null, true] },
    ),
    "headers: a repeated field is joined": gives("req.headers['x-some']", "a, b", {
      init: {
        headers: [
          ["x-some", "a"],
          ["x-some", "b"],
        ],
      },
    }),
    "url: path and query string": gives("req.url", "/row-3-ts?a=1&b=%20", { at: "?a=1&b=%20" }),
    "body: the parsed JSON": gives("req.body", { n: 1 }, { init: json('{"n":1}') }),
    "body: null for GET": gives("req.body", null),
    "rawBody: a Buffer of the bytes received": gives(
      "Buffer.isBuffer(req.rawBody), req.rawBody.toString()",
      null,
      {
        init: json('{ "n" :1 }'),
        json: [true, '{ "n" :1 }'],
      },
    ),
    "query does not exist": gives("req.query === undefined, 'query' in req", null, {
      at: "?a=1",
      json: [true, false],
    }),
    "signal: an AbortSignal that is not aborted": gives(
      "req.signal.aborted, typeof req.signal.addEventListener",
      null,
      {
        json: [false, "function"],
      },
    ),
    "ip: the client's address": gives("req.ip", "127.0.0.1"),
    "cookies: by name, decoded": gives(
      "req.cookies",
      { a: "1", b: "x y", c: "%zz" },
      {
        init: { headers: { cookie: 'a=1; b="x%20y"; a=2; c=%zz; =d; e' } },
      },
    ),
    "cookies: none": gives("req.cookies", {}),
    "path: without the query": gives("req.path", "/row-12-ts", { at: "?a=1" }),
    "get(name): a header in any case": gives("req.get('X-SOME'), req.get('x-other')", null, {
      init: { headers: { "x-some": "a" } },
      json: ["a", null],
    }),
    "fields may be set by the script": gives("(req.user = 'u', req.body = 2, req.user), req.body", null, {
      json: ["u", 2],
    }),
  });

  test("params holds the route parameters", async () => {
    await using app = await scriptApp({ "default/1/users/[id].ts": "return req.params;" });
    expect((await app.ask("/users/7?id=8&x=1")).json).toEqual({ id: "7" });
  });

  test("files holds the files of a multipart body", async () => {
    const form = new FormData();
    form.set("note", "text");
    form.set("doc", new File(["abc"], "a.txt", { type: "text/plain" }));
    await using app = await scriptApp({
      "default/1/up.ts":
        "return { body: req.body, files: req.files.map(({ data, ...rest }) => ({ ...rest, isBuffer: Buffer.isBuffer(data), text: String(data) })) };",
    });
    const { body, files } = (await app.ask("/up", { method: "POST", body: form })).json;
    expect(body).toEqual({ note: "text" });
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({
      fieldName: "doc",
      filename: "a.txt",
      size: 3,
      isBuffer: true,
      text: "abc",
    });
    expect(files[0].type).toStartWith("text/plain");
  });

  test("signal is aborted when the client goes away", async () => {
    await using app = await scriptApp({
      "default/1/wait.ts":
        "shared.seen = 'waiting';\nawait new Promise((done) => req.signal.addEventListener('abort', done));\nshared.seen = 'aborted';",
      "default/1/seen.ts": "return shared.seen;",
    });
    const client = new AbortController();
    const answer = app.fetch("/wait", { signal: client.signal });
    await until(
      () => app.ask("/seen"),
      ({ text }) => text === "waiting",
    );
    client.abort();
    await until(
      () => app.ask("/seen"),
      ({ text }) => text === "aborted",
    );
    await answer;
  });
});

describe("metadata", () => {
  const HOST = "app.proj1-cont2-exec-1.node.example.com";
  const DUMP = "return metadata;";
  const dump = async (path: string, init?: RequestInit) => {
    await using app = await scriptApp({
      "default/1/users/[id].ts": DUMP,
      "default/1/docs/[...slug].ts": DUMP,
      "app/1/users/[id].ts": DUMP,
    });
    return (await app.ask(path, init)).json;
  };

  test("executionId is exec_ and 26 characters of a ULID, new for each execution", async () => {
    const [first, second] = [await dump("/users/1"), await dump("/users/1")];
    expect(first.executionId).toMatch(/^exec_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(second.executionId).not.toBe(first.executionId);
  });

  test.each<[string, string, string, unknown]>([
    ["parameters holds the route parameters", "/users/7", "parameters", { id: "7" }],
    ["parameters holds a catch-all as a list", "/docs/a/b", "parameters", { slug: ["a", "b"] }],
    ["parameters holds query keys beside them", "/users/7?x=1", "parameters", { id: "7", x: "1" }],
    ["a route parameter wins over a query key in parameters", "/users/7?id=8", "parameters", { id: "7" }],
    ["query holds the query", "/users/7?x=1&y=2", "query", { id: "7", x: "1", y: "2" }],
    ["a route parameter wins over a query key in query", "/users/7?id=8", "query", { id: "7" }],
    ["query: + is a space", "/users/7?x=a+b%2Bc", "query", { id: "7", x: "a b+c" }],
    ["query: the last of repeated keys wins", "/users/7?x=1&x=2", "query", { id: "7", x: "2" }],
    ["query: a key without value is empty", "/users/7?x", "query", { id: "7", x: "" }],
    [
      "query: __proto__ is dropped",
      "/users/7?__proto__=1&constructor=2",
      "query",
      { id: "7", constructor: "2" },
    ],
    ["path has no query", "/users/7?x=1", "path", "/users/7"],
    ["method", "/users/7", "method", "GET"],
    ["url has the query", "/users/7?x=1", "url", "/users/7?x=1"],
    ["clientIp", "/users/7", "clientIp", "127.0.0.1"],
    ["hostname", "/users/7", "hostname", "localhost"],
    ["subdomain of a plain host", "/users/7", "subdomain", "default"],
    ["execId of a plain host", "/users/7", "execId", "1"],
    ["scriptPath is relative to the scripts root", "/users/7", "scriptPath", "default/1/users/[id].ts"],
    ["routePattern", "/users/7", "routePattern", "/users/[id]"],
    ["projectId of a plain host is absent", "/users/7", "projectId", undefined],
    ["containerId of a plain host is absent", "/users/7", "containerId", undefined],
    ["trigger", "/users/7", "trigger", "http"],
    ["hasToken of a script that asks for none", "/users/7", "hasToken", false],
  ])("%s", async (_name, path, field, expected) => {
    expect((await dump(path))[field]).toEqual(expected);
  });

  test("a Host that names a deployment is told field by field", async () => {
    expect(await dump("/users/7", { headers: { host: `${HOST}:8080` } })).toMatchObject({
      hostname: HOST,
      subdomain: "app",
      execId: "1",
      projectId: "proj1",
      containerId: "cont2",
      scriptPath: "app/1/users/[id].ts",
    });
  });

  test("headers is a plain object with lower-case keys", async () => {
    const { headers } = await dump("/users/7", { headers: { "X-Some": "a" } });
    expect(headers).toMatchObject({ "x-some": "a" });
  });

  test("timestamp is the time of the execution in ISO form", async () => {
    const before = Date.now();
    const { timestamp } = await dump("/users/7");
    expect(new Date(timestamp).toISOString()).toBe(timestamp);
    expect(Date.parse(timestamp)).toBeWithin(before, Date.now() + 1);
  });
});

describe("res", () => {
  const JSON_TYPE = "application/json; charset=utf-8";
  const TEXT = "text/plain; charset=utf-8";
  const HTML = "text/html; charset=utf-8";
  const does = (script: string, row: Partial<ScriptRow>): ScriptRow => ({ script, ending: "ts", ...row });
  scriptRows({
    "status(n) can be chained": does("res.status(418).json({ a: 1 });", { status: 418, json: { a: 1 } }),
    "status(n) alone sets the status of the returned value": does("res.status(202);\nreturn { a: 1 };", {
      status: 202,
      json: { a: 1 },
    }),
    "status(n) alone with nothing returned answers without a body": does("res.status(202);", {
      status: 202,
      text: "",
    }),
    "json(v) answers JSON": does("res.json([1]);", { json: [1], type: JSON_TYPE }),
    "json(v) keeps a Content-Type of the script": does("res.type('application/problem+json').json({});", {
      type: "application/problem+json",
    }),
    "json(null) answers null": does("res.json(null);", { text: "null", type: JSON_TYPE }),
    "json() answers null": does("res.json();", { text: "null" }),
    "json of a cycle is a 500": does("const a = {}; a.a = a;\nres.json(a);", { status: 500 }),
    "send(text) answers text": does("res.send('a');", { text: "a", type: TEXT }),
    "send(markup) answers HTML": does("res.send('<p>a</p>');", { text: "<p>a</p>", type: HTML }),
    "send(object) answers JSON": does("res.send({ a: 1 });", { json: { a: 1 }, type: JSON_TYPE }),
    "send(bytes) answers them": does("res.send(Buffer.from('a'));", {
      text: "a",
      type: "application/octet-stream",
    }),
    "send(number) answers its text": does("res.send(7);", { text: "7", type: TEXT }),
    "send() answers nothing": does("res.send();", { text: "" }),
    "statusCode can be set": does("res.statusCode = 404;\nres.end('gone');", { status: 404, text: "gone" }),
    "statusCode can be read": does("res.status(201);\nreturn [res.statusCode];", {
      status: 201,
      json: [201],
    }),
    "setHeader and getHeader": does(
      "res.setHeader('X-A', 'b');\nreturn [res.getHeader('x-a'), res.getHeader('x-b')];",
      {
        json: ["b", null],
        headers: { "x-a": "b" },
      },
    ),
    "setHeader replaces": does("res.setHeader('x-a', '1'); res.setHeader('x-a', 2);\nres.end();", {
      headers: { "x-a": "2" },
    }),
    "setHeader of a list sends each": does("res.setHeader('Set-Cookie', ['a=1', 'b=2']);\nres.end();", {
      headers: { "set-cookie": "a=1, b=2" },
    }),
    removeHeader: does("res.setHeader('x-a', 'b').removeHeader('X-A');\nres.end();", {
      headers: { "x-a": null },
    }),
    "hasHeader and getHeaders": does(
      "res.setHeader('X-A', 'b');\nreturn [res.hasHeader('x-a'), res.getHeaders()];",
      {
        json: [true, { "x-a": "b" }],
      },
    ),
    "writeHead(status, headers)": does("res.writeHead(201, { 'X-A': 'b' });\nres.end('a');", {
      status: 201,
      headers: { "x-a": "b" },
      text: "a",
    }),
    "writeHead(status, reason, headers)": does("res.writeHead(201, 'Made', { 'X-A': 'b' }).end('a');", {
      status: 201,
      headers: { "x-a": "b" },
    }),
    "write and end": does("res.write('a'); res.write(Buffer.from('b')); res.end('c');", { text: "abc" }),
    "write over time is streamed": does(
      "res.write('a'); await Bun.sleep(1); res.write('b'); await null; res.end();",
      {
        text: "ab",
      },
    ),
    "write keeps a Content-Type of the script": does("res.type('text/csv');\nres.write('a'); res.end();", {
      type: "text/csv",
      text: "a",
    }),
    "end() answers nothing": does("res.status(204).end();", { status: 204, text: "" }),
    "end(text) answers it": does("res.end('a');", { text: "a" }),
    headersSent: does(
      "const before = res.headersSent;\nres.write('[' + before + ',');\nres.end(res.headersSent + ']');",
      {
        json: [false, true],
      },
    ),
    "stream(generator)": does("res.stream((function* () { yield 'a'; yield 'b'; })());", {
      text: "ab",
      type: TEXT,
    }),
    "stream(async generator)": does(
      "res.stream((async function* () { yield 'a'; await null; yield 'b'; })());",
      {
        text: "ab",
      },
    ),
    "stream(list)": does("res.stream(['a', 'b']);", { text: "ab" }),
    "stream(ReadableStream)": does("res.stream(new Blob(['ab']).stream());", { text: "ab" }),
    "stream(object with textStream)": does("res.stream({ textStream: new Blob(['ab']).stream() });", {
      text: "ab",
    }),
    "stream keeps a Content-Type of the script": does(
      "res.type('text/event-stream').stream(['data: 1\\n\\n']);",
      {
        type: "text/event-stream",
      },
    ),
    "set(name, value)": does("res.set('X-A', 'b').end();", { headers: { "x-a": "b" } }),
    "set(object)": does("res.set({ 'X-A': 'b', 'X-C': 'd' }).end();", {
      headers: { "x-a": "b", "x-c": "d" },
    }),
    "header(name, value)": does("res.header('X-A', 'b').end();", { headers: { "x-a": "b" } }),
    "get(name)": does("res.set('X-A', 'b');\nreturn [res.get('x-a')];", { json: ["b"] }),
    "type(media type)": does("res.type('text/css').send('a');", { type: "text/css" }),
    "type(ending)": does("res.type('html').send('a');", { type: "text/html;charset=utf-8" }),
    "redirect(url) is a 302": does("res.redirect('/b');", {
      status: 302,
      headers: { location: "/b" },
      text: "",
    }),
    "redirect(status, url)": does("res.redirect(301, '/b');", { status: 301, headers: { location: "/b" } }),
    "cookie(name, value)": does("res.cookie('a', 'b c').end();", {
      headers: { "set-cookie": "a=b%20c; Path=/" },
    }),
    "cookie with every option": does(
      "res.cookie('a', { n: 1 }, { maxAge: 5000, path: '/x', domain: 'd.test', secure: true, httpOnly: true, sameSite: 'none', expires: new Date(0) }).end();",
      {
        headers: {
          "set-cookie":
            "a=%7B%22n%22%3A1%7D; Path=/x; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=d.test; HttpOnly; Secure; SameSite=None",
        },
      },
    ),
    "two cookies are two fields": does("res.cookie('a', '1').cookie('b', '2').end();", {
      headers: { "set-cookie": "a=1; Path=/, b=2; Path=/" },
    }),
    "clearCookie(name)": does("res.clearCookie('a').end();", {
      headers: { "set-cookie": "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT" },
    }),
    "append(name, value)": does("res.append('X-A', 'b').append('X-A', 'c').end();", {
      headers: { "x-a": "b, c" },
    }),
    "sendStatus(n)": does("res.sendStatus(404);", { status: 404, text: /\S/, type: TEXT }),
    "sendFile(path)": does("res.sendFile(__filename);", { text: /sendFile/ }),
    "sendFile of an absent file is a 404": does("res.sendFile(__dirname + '/absent.txt');", { status: 404 }),
    "sendFile of a directory is a 404": does("res.sendFile(__dirname);", { status: 404 }),
    "a file's Content-Type comes from its ending": does(
      "fs.writeFileSync(__dirname + '/page.html', 'a');\nres.sendFile(__dirname + '/page.html');",
      { text: "a", type: "text/html;charset=utf-8" },
    ),
    "html(text)": does("res.html('a');", { text: "a", type: HTML }),
    "text(text)": does("res.text('<p>');", { text: "<p>", type: TEXT }),
    "a return value after the answer is ignored": does("res.json({ a: 1 });\nreturn { b: 2 };", {
      json: { a: 1 },
    }),
    "an answer inside a handler wins over its return value": does(
      "module.exports = (req, res) => { res.send('sent'); return 'returned'; };",
      { text: "sent" },
    ),
    "returning res means already answered": does("return res.status(401).json({ error: 'no' });", {
      status: 401,
      json: { error: "no" },
    }),
    "returning res without an answer sends its status": does("return res.status(403);", {
      status: 403,
      text: "",
    }),
    "setting a header afterwards throws": does(
      "res.json({});\ntry { res.setHeader('x-a', 'b'); } catch (error) { shared.code = error.code; }",
      { headers: { "x-a": null }, json: {} },
    ),
    "headers set before a return value go along": does("res.set('x-a', 'b');\nreturn { a: 1 };", {
      headers: { "x-a": "b" },
      json: { a: 1 },
      type: JSON_TYPE,
    }),
    "methods may be taken off res": does("const { json } = res;\njson.call(res, { a: 1 });", {
      json: { a: 1 },
    }),
  });

  test.each<[string, string]>([
    ["setHeader", "res.setHeader('a', 'b')"],
    ["removeHeader", "res.removeHeader('a')"],
    ["json", "res.json({})"],
    ["send", "res.send('a')"],
    ["write", "res.write('a')"],
    ["cookie", "res.cookie('a', 'b')"],
    ["redirect", "res.redirect('/')"],
  ])("%s after the answer throws ERR_HTTP_HEADERS_SENT", async (_name, call) => {
    await using app = await scriptApp({
      "default/1/a.ts": `res.end('sent');\ntry { ${call}; shared.code = 'none'; } catch (error) { shared.code = error.code; }`,
      "default/1/code.ts": "return shared.code;",
    });
    expect((await app.ask("/a")).text).toBe("sent");
    expect((await app.ask("/code")).text).toBe("ERR_HTTP_HEADERS_SENT");
  });
});
