import { describe, expect, test } from "bun:test";
import { scriptApp } from "../../support/script-app.ts";
import { gives, type ScriptRow, scriptRows } from "../../support/script-rows.ts";

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
