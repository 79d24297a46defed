import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { sendRaw } from "../support/raw-http.ts";
import { scriptApp } from "../support/script-app.ts";
import { type ScriptRow, scriptRows } from "../support/script-rows.ts";

/** As `Response.json` writes it. */
const JSON_TYPE = "application/json;charset=utf-8";
/** Of our own errors. */
const ERROR_TYPE = "application/json; charset=utf-8";
const TEXT = "text/plain; charset=utf-8";
const HTML = "text/html; charset=utf-8";
const BYTES = "application/octet-stream";

/** A row whose script returns one expression. */
const returns = (expression: string, row: Partial<ScriptRow>): ScriptRow => ({
  script: `return ${expression};`,
  ending: "js",
  ...row,
});

/** TABLE: first lines that lead a script into each kind of context; values of the second and third have other realms. */
const CONTEXTS: Readonly<Record<string, string>> = {
  "the shared realm": "",
  "a fresh context": "Array.prototype.left = 1; delete Array.prototype.left;\n",
  "the kept context of a worker": "// @mode worker\n",
};

test("the type of what is returned is spelled the same for each value and each call", async () => {
  const values = { flat: "{ a: 1 }", nested: "{ a: [{}] }", list: "[1]", date: "new Date(0)" };
  const files = Object.entries(values).map(([name, value]) => [`default/1/${name}.js`, `return ${value};`]);
  files.push(["default/1/status.js", "res.status(201); return { a: 1 };"]);
  await using app = await scriptApp(Object.fromEntries(files));
  for (const name of ["flat", "nested", "list", "date", "status"]) {
    for (let call = 1; call <= 3; call++)
      expect([name, (await app.ask(`/${name}`)).type]).toEqual([name, JSON_TYPE]);
  }
});

describe.each(Object.entries(CONTEXTS))("values made in %s", (_kind, head) => {
  const rows: Readonly<Record<string, ScriptRow>> = {
    "an object is JSON": returns("{ a: 1, b: [true, null] }", {
      text: '{"a":1,"b":[true,null]}',
      type: JSON_TYPE,
    }),
    "an object with status and body is JSON like any other": returns("{ status: 404, body: 'x' }", {
      json: { status: 404, body: "x" },
    }),
    "an object without prototype is JSON": returns("Object.assign(Object.create(null), { a: 1 })", {
      json: { a: 1 },
    }),
    "an instance of a class is JSON": returns("new (class A { a = 1; get b() { return 2; } })()", {
      json: { a: 1 },
    }),
    "an object with toJSON is what that gives": returns("{ toJSON: () => ({ b: 2 }) }", { json: { b: 2 } }),
    "a Date is its JSON": returns("new Date(0)", { text: '"1970-01-01T00:00:00.000Z"', type: JSON_TYPE }),
    "a Map is the JSON of an object without members": returns("new Map([['a', 1]])", { json: {} }),
    "an array is JSON": returns("[1, 'a', undefined]", { text: '[1,"a",null]', type: JSON_TYPE }),
    "an empty array is JSON": returns("[]", { text: "[]", type: JSON_TYPE }),
    "an array whose members are read by name": returns("Object.assign([1], { next: () => 1 })", {
      json: [1],
    }),
    "a String object is JSON": returns("new String('a')", { text: '"a"' }),
    "undefined is 204": returns("undefined", { status: 204, text: "", headers: { "content-type": null } }),
    "null is 204": returns("null", { status: 204, text: "", headers: { "content-type": null } }),
    "a string is text": returns("'hello'", { text: "hello", type: TEXT }),
    "an empty string is text, not 204": returns("''", { text: "", type: TEXT }),
    "a number is text": returns("42.5", { text: "42.5", type: TEXT }),
    "zero is text": returns("0", { text: "0", type: TEXT }),
    "NaN is text": returns("NaN", { text: "NaN", type: TEXT }),
    "true is text": returns("true", { text: "true", type: TEXT }),
    "false is text": returns("false", { text: "false", type: TEXT }),
    "a bigint is text": returns("12345678901234567890n", { text: "12345678901234567890", type: TEXT }),
    "a promise is awaited": returns("Promise.resolve({ a: 1 })", { json: { a: 1 } }),
    "a thenable is awaited": returns("{ then: (done) => done({ a: 1 }) }", { json: { a: 1 } }),
    "a promise of a promise is awaited": returns("Promise.resolve(Promise.resolve('a'))", { text: "a" }),
    "a Buffer is bytes": returns("Buffer.from([1, 2, 3])", { text: "\x01\x02\x03", type: BYTES }),
    "a Uint8Array is bytes": returns("new Uint8Array([97, 98])", { text: "ab", type: BYTES }),
    "a view of some bytes is those alone": returns("new Uint8Array([97, 98, 99]).subarray(1, 2)", {
      text: "b",
    }),
    "a Float64Array is its bytes": returns("new Float64Array(1)", { text: "\0".repeat(8), type: BYTES }),
    "a DataView is its bytes": returns("new DataView(new Uint8Array([97]).buffer)", {
      text: "a",
      type: BYTES,
    }),
    "an ArrayBuffer is bytes": returns("new Uint8Array([97, 98]).buffer", { text: "ab", type: BYTES }),
    "a Blob is bytes of its type": returns("new Blob(['a'], { type: 'image/svg+xml' })", {
      text: "a",
      type: "image/svg+xml",
    }),
    "a Blob without type is sniffed": returns("new Blob([Buffer.from('%PDF-1.7')])", {
      type: "application/pdf",
    }),
    "a Blob without type or signature is octets": returns("new Blob(['a'])", { text: "a", type: BYTES }),
    "a Response is forwarded": returns("new Response('a', { status: 202, headers: { 'x-a': 'b' } })", {
      status: 202,
      text: "a",
      headers: { "x-a": "b" },
    }),
    "a ReadableStream is streamed": returns(
      "new ReadableStream({ start(c) { c.enqueue('a'); c.enqueue('b'); c.close(); } })",
      {
        text: "ab",
        type: TEXT,
      },
    ),
    "a ReadableStream of bytes is streamed": returns("new Blob(['ab']).stream()", { text: "ab", type: TEXT }),
    "a generator is streamed": returns("(function* () { yield 'a'; yield 'b'; })()", {
      text: "ab",
      type: TEXT,
    }),
    "an async generator is streamed": returns(
      "(async function* () { yield 'a'; await null; yield 'b'; })()",
      {
        text: "ab",
        type: TEXT,
      },
    ),
    "an async iterator is streamed": returns(
      "{ [Symbol.asyncIterator]() { let n = 0; return { next: async () => ({ done: n > 1, value: String(n++) }) }; } }",
      {
        text: "01",
        type: TEXT,
      },
    ),
    "objects in a stream are JSON lines": returns(
      "(function* () { yield { a: 1 }; yield [2]; yield 'x'; })()",
      {
        text: '{"a":1}\n[2]\nx',
      },
    ),
    "numbers and bytes in a stream are their text": returns(
      "(function* () { yield 1; yield Buffer.from('b'); yield false; })()",
      {
        text: "1bfalse",
      },
    ),
    "null and empty chunks in a stream are nothing": returns(
      "(function* () { yield null; yield ''; yield undefined; yield 'a'; })()",
      {
        text: "a",
      },
    ),
    "an empty generator is an empty answer": returns("(function* () {})()", { text: "", type: TEXT }),
    "an object having textStream is that stream": returns(
      "{ text: 'no', textStream: (async function* () { yield 'a'; })() }",
      {
        text: "a",
        type: TEXT,
      },
    ),
    "textStream itself is streamed": returns("({ textStream: new Blob(['a']).stream() }).textStream", {
      text: "a",
    }),
    "an Error is a 500 with its message": returns("new Error('broken')", {
      status: 500,
      json: { error: "broken" },
    }),
    "a TypeError is a 500 with its message": returns("new TypeError('broken')", {
      status: 500,
      json: { error: "broken" },
    }),
    "an error of a class of its own is a 500": returns("new (class Own extends Error {})('broken')", {
      status: 500,
      json: { error: "broken" },
    }),
    "a cycle is a 500 in our envelope": {
      script: "const a = {}; a.a = a;\nreturn a;",
      ending: "js",
      status: 500,
      text: /cannot be written as JSON/,
      type: ERROR_TYPE,
    },
    "a BigInt inside is a 500 in our envelope": returns("{ a: 1n }", {
      status: 500,
      text: /cannot be written as JSON/,
    }),
    "a getter that throws is a 500": returns("{ get a() { throw new Error('no'); } }", { status: 500 }),
    "a function is a 500": returns("() => 1", { status: 500, text: /function/ }),
    "a symbol is a 500": returns("Symbol('a')", { status: 500, text: /symbol/ }),
  };
  scriptRows(
    Object.fromEntries(
      Object.entries(rows).flatMap(([name, row]) => [
        [name, { ...row, script: head + row.script }],
        [`${name}, from a script that knows res`, { ...row, script: `${head}void res;\n${row.script}` }],
      ]),
    ),
  );
});

describe("text that is HTML", () => {
  const html = (text: string, type: string) => returns(JSON.stringify(text), { text, type });
  scriptRows({
    "a doctype": html("<!doctype html><p>a", HTML),
    "a doctype in capitals": html("<!DOCTYPE HTML>", HTML),
    "a doctype after white space": html(" \n\t<!doctype html>", HTML),
    "a comment": html("<!-- a --><p>", HTML),
    "an element": html("<h1>a</h1>", HTML),
    "an element with attributes": html('<div class="a">b</div>', HTML),
    "an element in capitals": html("<BODY>a", HTML),
    "an element that closes itself": html("<br/>", HTML),
    "an unusual element": html("<figure>a</figure>", HTML),
    "an element of the document's structure": html("<aside>a</aside>", HTML),
    "XML is text": html('<?xml version="1.0"?><a/>', TEXT),
    "an unknown element is text": html("<widget>a</widget>", TEXT),
    "an element later on is text": html("a <p>b</p>", TEXT),
    "a lone bracket is text": html("<", TEXT),
    "a comparison is text": html("<b > c", HTML),
    "a name that only begins like an element is text": html("<parrot>", TEXT),
  });
});

describe("sniffing", () => {
  const bytes = (name: string, text: string, type: string): [string, ScriptRow] => [
    name,
    returns(`Buffer.from(${JSON.stringify(text)}, 'latin1')`, { type }),
  ];
  scriptRows(
    Object.fromEntries([
      bytes("PNG", "\x89PNG\r\n\x1a\n", "image/png"),
      bytes("JPEG", "\xff\xd8\xff\xe0", "image/jpeg"),
      bytes("GIF", "GIF89a", "image/gif"),
      bytes("WebP", "RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
      bytes("PDF", "%PDF-1.7", "application/pdf"),
      bytes("ZIP", "PK\x03\x04", "application/zip"),
      bytes("gzip", "\x1f\x8b\x08\0", "application/gzip"),
      bytes("WebAssembly", "\0asm\x01\0\0\0", "application/wasm"),
      bytes("MP4", "\0\0\0\x18ftypmp42", "video/mp4"),
      bytes("WAVE", "RIFF\0\0\0\0WAVEfmt ", "audio/wave"),
      bytes("anything else", "plain", BYTES),
      bytes("no bytes", "", BYTES),
    ]),
  );
});

describe("Content-Type", () => {
  const typed = (expression: string, type: string) =>
    returns(expression, { script: `res.setHeader('content-type', '${type}');\nreturn ${expression};`, type });
  scriptRows({
    "of an object is the script's own": typed("{ a: 1 }", "application/vnd.own+json"),
    "of a string is the script's own": typed("'a,b'", "text/csv"),
    "of a number is the script's own": typed("1", "text/x-number"),
    "of bytes is the script's own": typed("Buffer.from('a')", "image/png"),
    "of a Blob is the script's own": typed("new Blob(['a'], { type: 'text/css' })", "text/x-own"),
    "of a stream is the script's own": typed(
      "(function* () { yield 'data: 1\\n\\n'; })()",
      "text/event-stream",
    ),
    "of a Response is the Response's": returns("", {
      script:
        "res.setHeader('content-type', 'text/x-res');\nreturn new Response('a', { headers: { 'content-type': 'text/x-own' } });",
      type: "text/x-own",
    }),
    "of a Response without one is sniffed": returns("new Response(Buffer.from('%PDF-1.7'))", {
      type: "application/pdf",
    }),
    "of a Response with text is text": returns("new Response('größe')", { text: "größe", type: TEXT }),
    "of a Response with markup is HTML": returns("new Response('<p>a')", { type: HTML }),
    "of a Response with other bytes is octets": returns("new Response(new Uint8Array([1, 2]))", {
      type: BYTES,
    }),
    "of a Response with bytes that are no UTF-8 is octets": returns(
      "new Response(new Uint8Array([0xe4, 0x20]))",
      {
        type: BYTES,
      },
    ),
    "of Response.json is the Web's": returns("Response.json({ a: 1 })", {
      json: { a: 1 },
      type: JSON_TYPE,
    }),
  });
});

describe("status", () => {
  const with201 = (expression: string, row: Partial<ScriptRow>) =>
    returns("", { script: `res.status(201);\nreturn ${expression};`, status: 201, ...row });
  scriptRows({
    "of an object": with201("{ a: 1 }", { json: { a: 1 } }),
    "of a string": with201("'a'", { text: "a" }),
    "of bytes": with201("Buffer.from('a')", { text: "a" }),
    "of a stream": with201("(function* () { yield 'a'; })()", { text: "a" }),
    "of nothing": with201("undefined", { text: "" }),
    "of null": with201("null", { text: "" }),
    "of a Response is the Response's": with201("new Response('a', { status: 202 })", { status: 202 }),
    "204 with a value sends no body": returns("", {
      script: "res.status(204);\nreturn { a: 1 };",
      status: 204,
      text: "",
    }),
    "304 with a value sends no body": returns("", {
      script: "res.status(304);\nreturn 'a';",
      status: 304,
      text: "",
    }),
    "200 set by the script with nothing returned stays 200": returns("", {
      script: "res.status(200);",
      status: 200,
      text: "",
    }),
    "an impossible status is a 500": returns("", { script: "res.status(42);\nreturn 'a';", status: 500 }),
  });
});

describe("a forwarded Response", () => {
  const HOP_BY_HOP = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
  ];
  scriptRows({
    ...Object.fromEntries(
      HOP_BY_HOP.map((name) => [
        `loses ${name}`,
        returns(`new Response('a', { headers: { '${name}': 'x', 'x-kept': 'y' } })`, {
          text: "a",
          headers: { [name]: null, "x-kept": "y" },
        }),
      ]),
    ),
    "loses the headers that Connection names": returns(
      "new Response('a', { headers: { connection: 'x-hop, close', 'x-hop': '1', 'x-kept': 'y' } })",
      { headers: { "x-hop": null, connection: null, "x-kept": "y" } },
    ),
    "keeps several cookies": returns(
      "new Response('a', { headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2']] })",
      { headers: { "set-cookie": "a=1, b=2" } },
    ),
    "gets the headers set on res": returns("", {
      script:
        "res.set('x-a', 'res').set('x-b', 'res').cookie('c', '1');\nreturn new Response('a', { headers: { 'x-a': 'own', 'set-cookie': 'd=2' } });",
      headers: { "x-a": "own", "x-b": "res", "set-cookie": "d=2, c=1; Path=/" },
    }),
    "keeps a redirect": returns("Response.redirect('http://a.test/b', 307)", {
      status: 307,
      headers: { location: "http://a.test/b" },
    }),
    "without a body stays without": returns("new Response(null, { status: 204 })", { status: 204, text: "" }),
    "of several chunks arrives whole": returns(
      "new Response(new ReadableStream({ async start(c) { for (const each of ['a', 'b', 'c']) { c.enqueue(new TextEncoder().encode(each)); await null; } c.close(); } }))",
      { text: "abc", type: TEXT },
    ),
    "whose body was read is a 500": returns("", {
      script: "const r = new Response('a'); await r.text();\nreturn r;",
      status: 500,
    }),
  });

  test("from fetch arrives decoded, without the encoding and length of the wire", async () => {
    await using origin = Bun.serve({
      port: 0,
      fetch: () =>
        new Response(Bun.gzipSync("hello"), {
          status: 203,
          headers: { "content-encoding": "gzip", "x-origin": "1" },
        }),
    });
    await using app = await scriptApp({ "default/1/proxy.ts": `return fetch("${origin.url}");` });
    const answer = await app.ask("/proxy");
    expect(answer).toMatchObject({ status: 203, text: "hello" });
    expect(answer.headers.get("x-origin")).toBe("1");
    expect(answer.headers.get("content-encoding")).toBeNull();
  });
});

describe("on the wire", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startProcess({
      files: {
        "default/1/object.ts":
          "shared.calls = (shared.calls ?? 0) + 1;\nres.set('x-ran', 'yes');\nreturn { a: 1 };",
        "default/1/calls.ts": "return shared.calls;",
        "default/1/sent.ts": "res.json({ a: 1 });",
        "default/1/stream.ts": "return (function* () { yield 'a'; })();",
        "default/1/forward.ts":
          "return new Response('abc', { headers: { 'transfer-encoding': 'chunked', connection: 'close', 'x-a': 'b' } });",
        "default/1/steps.ts":
          "return (async function* () { for (let n = 0; n < 3; n++) { yield { n }; await Bun.sleep(5); } })();",
        "default/1/endless.ts":
          "return (async function* () { try { for (;;) { yield 'x'.repeat(1000); await Bun.sleep(1); } } finally { shared.ended = true; } })();",
        "default/1/ended.ts": "return shared.ended ?? false;",
        "default/1/breaks.ts":
          "return (async function* () { yield 'a'; throw new Error('broken stream'); })();",
        "default/1/options.ts": "// @cors *\nshared.options = true;\nreturn 1;",
        "default/1/options-ran.ts": "return shared.options ?? false;",
        "default/1/head-empty.ts": "return null;",
      },
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(["object", "sent", "stream", "forward", "head-empty"])(
    "HEAD of /%s sends a head and no body",
    async (name) => {
      const received = await sendRaw(
        server.url,
        `HEAD /${name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
      expect(received).toMatch(/^HTTP\/1\.1 20[04] /);
      expect(received).toEndWith("\r\n\r\n");
    },
  );

  test("HEAD runs the script and keeps its headers", async () => {
    const before = Number(await (await server.fetch("/calls")).text()) || 0;
    const answer = await server.fetch("/object", { method: "HEAD" });
    expect(answer.headers.get("x-ran")).toBe("yes");
    expect(answer.headers.get("content-type")).toBe(JSON_TYPE);
    expect(Number(await (await server.fetch("/calls")).text())).toBe(before + 1);
  });

  test("OPTIONS is answered 204 and runs no script", async () => {
    const answer = await server.fetch("/options", { method: "OPTIONS" });
    expect(answer.status).toBe(204);
    expect(await (await server.fetch("/options-ran")).text()).toBe("false");
  });

  test("hop-by-hop headers of a returned Response never reach the client", async () => {
    const received = await sendRaw(server.url, "GET /forward HTTP/1.1\r\nHost: localhost\r\n\r\n", (text) =>
      text.endsWith("abc"),
    );
    expect(received).toContain("x-a: b");
    expect(received.toLowerCase()).not.toContain("transfer-encoding: chunked");
    expect(received.toLowerCase()).not.toContain("connection: close");
  });

  test("a stream arrives chunk by chunk", async () => {
    const answer = await server.fetch("/steps");
    const chunks: string[] = [];
    for await (const chunk of answer.body ?? []) chunks.push(new TextDecoder().decode(chunk));
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join("")).toBe('{"n":0}\n{"n":1}\n{"n":2}\n');
  });

  test("a stream ends when its client goes away", async () => {
    const client = new AbortController();
    const answer = await server.fetch("/endless", { signal: client.signal });
    await answer.body?.getReader().read();
    client.abort();
    for (let tries = 0; tries < 500; tries++) {
      if ((await (await server.fetch("/ended")).text()) === "true") return;
      await Bun.sleep(5);
    }
    expect.unreachable("the generator was never told");
  });

  test("a stream that throws breaks the answer off and is logged", async () => {
    await expect(server.fetch("/breaks").then((answer) => answer.text())).rejects.toThrow();
    expect((await server.fetch("/object")).status).toBe(200);
    expect(server.output()).toContain("broken stream");
  });
});
