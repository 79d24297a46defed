import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { sendRaw } from "../support/raw-http.ts";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";

/** Describes what the script was given, so that text, bytes and objects can be told apart. */
const DESCRIBE = `const { body, rawBody, files } = req;
const kind = body === null ? "null" : Buffer.isBuffer(body) ? "Buffer" : typeof body;
return { kind, body: Buffer.isBuffer(body) ? body.toString("hex") : body, raw: rawBody?.toString("hex") ?? null,
  files: files?.map((file) => ({ ...file, data: file.data.toString("latin1"), isBuffer: Buffer.isBuffer(file.data) })) ?? null }`;

const hex = (text: string | Uint8Array) => Buffer.from(text as string).toString("hex");
const post = (type: string | null, body: Bun.BodyInit): RequestInit => ({
  method: "POST",
  headers: type === null ? {} : { "content-type": type },
  body,
});

let app: ScriptApp;
beforeAll(async () => {
  app = await scriptApp({ "default/1/a.ts": DESCRIBE });
});
afterAll(() => app[Symbol.asyncDispose]());

describe("a body is parsed by its Content-Type", () => {
  test.each<[type: string | null, sent: string, kind: string, body: unknown]>([
    ["application/json", '{"a":[1,null,"ü"]}', "object", { a: [1, null, "ü"] }],
    ["application/json; charset=utf-8", "[1]", "object", [1]],
    ["Application/JSON", '"text"', "string", "text"],
    ["application/problem+json", '{"title":"x"}', "object", { title: "x" }],
    ["application/vnd.api+json; v=1", "7", "number", 7],
    ["application/json", "null", "null", null],
    ["application/json", "", "object", {}],
    ["application/json", "\uFEFF[1]", "object", [1]],
    ["application/x-www-form-urlencoded", "a=1&b=x+y%26z&a=2", "object", { a: "2", b: "x y&z" }],
    ["application/x-www-form-urlencoded", "__proto__=1&constructor=2", "object", { constructor: "2" }],
    ["application/x-www-form-urlencoded", "", "object", {}],
    ["text/plain", "hällo", "string", "hällo"],
    ["text/csv; charset=utf-8", "a,b\n1,2", "string", "a,b\n1,2"],
    ["text/plain", "", "string", ""],
    ["application/octet-stream", "\0\u0001", "Buffer", "0001"],
    ["image/png", "x", "Buffer", "78"],
    ["application/jsonp", "{}", "Buffer", "7b7d"],
    ["nonsense", "x", "Buffer", "78"],
  ])("%s %j arrives as %s", async (type, sent, kind, body) => {
    const { json } = await app.ask("/a", post(type, sent));
    expect(json).toEqual({ kind, body, raw: hex(sent), files: null });
  });

  test("a body without a Content-Type is bytes", async () => {
    const { json } = await app.ask("/a", post(null, new Uint8Array([123, 125])));
    expect(json).toMatchObject({ kind: "Buffer", body: "7b7d", raw: "7b7d" });
  });

  test("a POST without a body is an empty object for JSON and empty bytes for nothing declared", async () => {
    const empty = await app.ask("/a", { method: "POST" });
    const json = await app.ask("/a", { method: "POST", headers: { "content-type": "application/json" } });
    expect(empty.json).toMatchObject({ kind: "Buffer", body: "" });
    expect(json.json).toMatchObject({ kind: "object", body: {} });
  });

  test.each(["PUT", "PATCH", "DELETE"])("%s bodies are parsed like those of POST", async (method) => {
    const { json } = await app.ask("/a", { ...post("application/json", "[1]"), method });
    expect(json.body).toEqual([1]);
  });

  test("multipart gives text fields as an object and files with their bytes", async () => {
    const form = new FormData();
    form.append("title", "first");
    form.append("title", "last");
    form.append("upload", new Blob([new Uint8Array([0, 255, 10])], { type: "image/png" }), "päth.png");
    form.append("upload", new Blob(["second"], { type: "text/x-note" }), "b.txt");
    const { json } = await app.ask("/a", { method: "POST", body: form });
    expect(json.body).toEqual({ title: "last" });
    expect(json.files).toMatchObject([
      {
        fieldName: "upload",
        filename: "päth.png",
        type: "image/png",
        size: 3,
        data: "\0\u00ff\n",
        isBuffer: true,
      },
      { fieldName: "upload", filename: "b.txt", size: 6, data: "second", isBuffer: true },
    ]);
    expect(json.files[1].type).toStartWith("text/x-note");
  });

  test("an object of a JSON body is an Object of the script's own realm as far as the script can ask", async () => {
    await using own = await scriptApp({
      "default/1/a.ts":
        "return [req.body instanceof Object, req.body.list instanceof Array, Array.isArray(req.body.list)]",
    });
    const { json } = await own.ask("/a", post("application/json", '{"list":[]}'));
    expect(json).toEqual([true, true, true]);
  });
});

describe("rawBody", () => {
  const invalidUtf8 = Uint8Array.from([
    0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xc3, 0x28, 0x22, 0x7d, 0x0d, 0x0a,
  ]);

  test.each(["application/json", "text/plain", "application/octet-stream"])(
    "holds exactly the bytes received, also those that are no UTF-8 (%s)",
    async (type) => {
      const { json } = await app.ask("/a", post(type, invalidUtf8));
      expect(json.raw).toBe(hex(invalidUtf8));
    },
  );

  test("holds every byte of a multipart body", async () => {
    const sent = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\u00ff\r\n--x--\r\n';
    const bytes = Buffer.from(sent, "latin1");
    const { json } = await app.ask("/a", post("multipart/form-data; boundary=x", bytes));
    expect(json.raw).toBe(bytes.toString("hex"));
  });

  test.each([
    ["by its name", "return req.rawBody.toString()"],
    ["by a computed name", 'return req["raw" + "Body"].toString()'],
    ["by destructuring", "const { rawBody } = req; return rawBody.toString()"],
    ["by destructuring the rest", "const { body, ...rest } = req; return rest.rawBody.toString()"],
    ["by spreading", "return ({ ...req }).rawBody.toString()"],
    ["by another name of req", "const r = req; return Reflect.get(r, 'rawBody').toString()"],
    ["in a handler", "export default (anything) => anything.rawBody.toString()"],
    [
      "in a handler without parameters",
      "module.exports = function () { return arguments[0].rawBody.toString() }",
    ],
    ["in a helper", 'import { raw } from "./_raw.ts";\nreturn raw(req)'],
    ["in a helper that is the handler", 'module.exports = require("./_raw.ts").raw'],
    ["by eval", 'return eval("req.raw" + "Body.toString()")'],
    ["after a while", "await null; return req.rawBody.toString()"],
  ])("is there however the script asks for it: %s", async (_how, source) => {
    await using own = await scriptApp({
      "default/1/a.ts": source,
      "default/1/_raw.ts": "export const raw = (request: any) => request.rawBody.toString();",
    });
    const sent = '{ "a":  1 }';
    expect((await own.ask("/a", post("application/json", sent))).text).toBe(sent);
    // Once more, because the first request loads the script.
    expect((await own.ask("/a", post("application/json", sent))).text).toBe(sent);
  });

  test("is there for middleware although the script never asks", async () => {
    await using own = await scriptApp({
      "default/1/pre.ts": "shared.raw = req.rawBody.toString()",
      "default/1/a.ts": "return [req.body.a, shared.raw]",
    });
    const sent = '{ "a":  1 }';
    await own.ask("/a", post("application/json", sent));
    expect((await own.ask("/a", post("application/json", sent))).json).toEqual([1, sent]);
  });

  test("checks the signature of a webhook although its JSON would be written differently again", async () => {
    await using own = await scriptApp({
      "default/1/hook.ts": `const mac = crypto.createHmac("sha256", "key").update(req.rawBody).digest("hex");
return { valid: mac === req.headers["x-signature"], id: req.body.id }`,
    });
    const sent = '{ "id" : 1.50, "\\u0061":true }\n';
    const signature = new Bun.CryptoHasher("sha256", "key").update(sent).digest("hex");
    const init = { method: "POST", body: sent };
    const headers = { "content-type": "application/json", "x-signature": signature };
    expect((await own.ask("/hook", { ...init, headers })).json).toEqual({ valid: true, id: 1.5 });
  });
});

describe("bodies that are not read", () => {
  test.each(["GET", "HEAD"])("%s has the body null and no rawBody", async (method) => {
    await using own = await scriptApp({
      "default/1/a.ts":
        'res.setHeader("x-body", JSON.stringify([req.body, req.rawBody ?? null])); return null',
    });
    const { headers } = await own.ask("/a", { method, headers: { "content-type": "application/json" } });
    expect(headers.get("x-body")).toBe("[null,null]");
  });

  test("a script that never looks at req is not held up by a body that does not parse", async () => {
    await using own = await scriptApp({ "default/1/a.ts": 'return "ok"' });
    expect((await own.ask("/a", post("application/json", "{"))).text).toBe("ok");
  });

  test("@rawBody leaves the body unparsed and unlimited, as a stream", async () => {
    await using own = await scriptApp(
      {
        "default/1/a.ts": `// @rawBody
const chunks = [];
for await (const chunk of req) chunks.push(chunk);
return { body: req.body ?? null, raw: req.rawBody ?? null, got: Buffer.concat(chunks).toString() }`,
      },
      ["--body-max", "4"],
    );
    const { status, json } = await own.ask("/a", post("application/json", "{ not json"));
    expect({ status, json }).toEqual({ status: 200, json: { body: null, raw: null, got: "{ not json" } });
  });

  test("@rawBody hands the unread body to a handler that takes a Web Request", async () => {
    await using own = await scriptApp({
      "default/1/a.ts":
        "// @rawBody\nexport const POST = async (request) => (await request.text()).toUpperCase()",
    });
    expect((await own.ask("/a", post("application/json", "{ not json"))).text).toBe("{ NOT JSON");
  });
});

describe("limits", () => {
  test("a body over the limit answers 413 with the limit in bytes", async () => {
    await using own = await scriptApp({ "default/1/a.ts": "return req.body" }, ["--body-max", "1kb"]);
    const { status, json } = await own.ask("/a", post("text/plain", "x".repeat(1025)));
    expect(status).toBe(413);
    expect(json).toEqual({
      error: "Payload too large",
      code: "ERROR_413",
      timestamp: expect.any(String),
      maxBytes: 1024,
    });
  });

  test("a body of exactly the limit is taken", async () => {
    await using own = await scriptApp({ "default/1/a.ts": "return req.body.length" }, ["--body-max", "1kb"]);
    expect((await own.ask("/a", post("text/plain", "x".repeat(1024)))).text).toBe("1024");
  });

  test("the limit is 10 MiB when nothing else is set", async () => {
    const sent = new Uint8Array(10_485_761);
    const { status, json } = await app.ask("/a", post("application/octet-stream", sent));
    expect([status, json.maxBytes]).toEqual([413, 10_485_760]);
  });

  test.each(["application/json", "multipart/form-data; boundary=x", "multipart/form-data"])(
    "a body that is no %s answers 400 and names the type",
    async (type) => {
      const { status, json } = await app.ask("/a", post(type, '{"a":'));
      expect(status).toBe(400);
      expect(json).toEqual({
        error: "Invalid request body",
        code: "VALIDATION_ERROR",
        timestamp: expect.any(String),
        contentType: type,
      });
    },
  );

  test("a --body-timeout of unlimited waits for a slow body", async () => {
    await using own = await scriptApp({ "default/1/a.ts": "return req.body" }, [
      "--body-timeout",
      "unlimited",
    ]);
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = new ReadableStream({
      async start(controller) {
        await promise;
        controller.enqueue(Buffer.from("late"));
        controller.close();
      },
    });
    const answer = own.ask("/a", post("text/plain", slow));
    setTimeout(resolve, 30);
    expect((await answer).text).toBe("late");
  });
});

test("a script does not run any more once its caller was told that the body came too late", async () => {
  await using own = await scriptApp(
    {
      "default/1/a.ts": "shared.last = req.body; return 'run'",
      "default/1/last.ts": "return { last: shared.last }",
    },
    ["--body-timeout", "20"],
  );
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const consumed = Promise.withResolvers<void>();
  const slow = new ReadableStream({
    async pull(controller) {
      await answered;
      controller.enqueue(Buffer.from("late"));
      controller.close();
      setTimeout(consumed.resolve);
    },
  });
  // The usual way is open to scripts that have been loaded.
  expect((await own.ask("/a", post("text/plain", "in time"))).text).toBe("run");
  expect((await own.ask("/a", post("text/plain", slow))).status).toBe(408);
  resolve();
  await consumed.promise;
  expect((await own.ask("/last")).json).toEqual({ last: "in time" });
});

describe("bodies over a real socket", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startProcess({
      files: { "default/1/a.ts": DESCRIBE },
      flags: ["--body-max", "100kb", "--body-timeout", "200ms"],
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const head = (lines: readonly string[]) =>
    `POST /a HTTP/1.1\r\nHost: localhost\r\n${lines.join("\r\n")}\r\n\r\n`;
  const isAnswered = (received: string) => /\r\n\r\n.*}\s*$/s.test(received);

  test("chunks are put together, whatever their borders", async () => {
    const bytes = Buffer.from('{"name":"größe"}');
    const stream = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const response = await server.fetch("/a", post("application/json", stream));
    expect(await response.json()).toMatchObject({ body: { name: "größe" }, raw: bytes.toString("hex") });
  });

  test("a chunked body is stopped at the limit although no length was announced", async () => {
    const chunk = `${(10_000).toString(16)}\r\n${"x".repeat(10_000)}\r\n`;
    const sent = head(["Content-Type: text/plain", "Transfer-Encoding: chunked"]) + chunk.repeat(11);
    const received = await sendRaw(server.url, sent, isAnswered);
    expect(received).toContain(" 413 ");
    expect(received).toContain('"maxBytes":102400');
  });

  test("an announced length over the limit is refused before the body is sent", async () => {
    const received = await sendRaw(server.url, head(["Content-Length: 200000"]), isAnswered);
    expect(received).toContain(" 413 ");
  });

  test("a body that stops half way answers 408 with the limit in milliseconds, and closes", async () => {
    const received = await sendRaw(
      server.url,
      `${head(["Content-Type: application/json", "Content-Length: 100"])}{"a`,
      isAnswered,
    );
    expect(received).toContain(" 408 ");
    expect(received.toLowerCase()).toContain("connection: close");
    expect(JSON.parse(received.slice(received.indexOf("\r\n\r\n") + 4))).toEqual({
      error: "Request body read timeout",
      code: "ERROR_408",
      timestamp: expect.any(String),
      timeoutMs: 200,
    });
  });

  test("a GET whose body never comes is answered at once", async () => {
    const sent =
      "GET /a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n";
    expect(await sendRaw(server.url, sent, isAnswered)).toContain('"kind":"null"');
  });
});
