import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ListeningApp, listeningApp } from "../support/listening-app.ts";
import { slowConnection } from "../support/slow-connection.ts";
import { until } from "../support/until.ts";

const KIB = 1024;
/** Of the server under test, and more than one chunk. */
const LIMIT = 300 * KIB;
const LENGTH = 1_000_001;
const JSON_LENGTH = LENGTH + '[""]'.length;
/** More than sockets hold. */
const TAKEN_LENGTH = 50_000_000;

const BYTES = `const bytes = Buffer.alloc(${LENGTH}); for (let at = 0; at < bytes.length; at++) bytes[at] = at * 7 + (at >> 8);\n`;
const bytes = Buffer.alloc(LENGTH);
for (let at = 0; at < bytes.length; at++) bytes[at] = at * 7 + (at >> 8);

/** Pairs at even and at odd places, and halves that have lost their other half. */
const TEXT = 'const text = "😀".repeat(200_000) + "a" + "😀".repeat(200_000) + "\\ud83d" + "é".repeat(9);\n';
const text = `${"😀".repeat(200_000)}a${"😀".repeat(200_000)}\ufffd${"é".repeat(9)}`;

const FILES = {
  "buffer.js": `${BYTES}return bytes`,
  "array-buffer.js": `${BYTES}return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)`,
  "view.js": `${BYTES}const all = new ArrayBuffer(bytes.length + 9); new Uint8Array(all).set(bytes, 5); return new DataView(all, 5, bytes.length)`,
  "fresh-context.js": `Array.prototype.left = 1; delete Array.prototype.left;\n${BYTES}return bytes`,
  "send.js": `${BYTES}res.send(bytes)`,
  "end.js": `${BYTES}res.end(bytes)`,
  "write.js": `${BYTES}res.write(bytes); res.end()`,
  "later.js": `${BYTES}await null; res.send(bytes)`,
  "text.js": `${TEXT}return text`,
  "send-text.js": `${TEXT}res.send(text)`,
  "json.js": `return ["a".repeat(${LENGTH})]`,
  "json-res.js": `res.status(200); return ["a".repeat(${LENGTH})]`,
  "send-json.js": `res.json(["a".repeat(${LENGTH})])`,
  "ascii.js": `return "a".repeat(${LENGTH})`,
  "blob.js": `${BYTES}return new Blob([bytes])`,
  "limit.js": `return Buffer.alloc(${LIMIT})`,
  "beyond.js": `return Buffer.alloc(${LIMIT} + 1)`,
  "png.js": `const png = Buffer.alloc(${LENGTH}); png.write("\\x89PNG\\r\\n\\x1a\\n", "latin1"); return png`,
  "headers.js": `// @cors *\nconsole.log("printed"); res.setHeader("x-own", "1"); res.status(201); return Buffer.alloc(${LENGTH})`,
  "no-content.js": `res.status(204); return Buffer.alloc(${LENGTH})`,
  "taken.js": `const all = new ArrayBuffer(${TAKEN_LENGTH});
setTimeout(() => { all.transfer(); shared.taken = true }, 0);
return all`,
  "is-taken.js": "return shared.taken === true",
};

let server: ListeningApp;

beforeAll(async () => {
  server = await listeningApp(FILES, ["--answer-copy-max", `${LIMIT}`]);
});
afterAll(() => server[Symbol.asyncDispose]());

const lengthOf = (response: Response) => response.headers.get("content-length");

describe("an answer beyond --answer-copy-max", () => {
  test.each(["buffer", "array-buffer", "view", "fresh-context", "send", "end", "write", "later"])(
    "of bytes arrives whole: %s",
    async (name) => {
      const response = await server.fetch(`/${name}`);
      expect([response.status, lengthOf(response)]).toEqual([200, null]);
      expect(bytes.equals(await response.bytes())).toBeTrue();
    },
  );

  test.each(["text", "send-text"])("of text arrives whole, no character cut: %s", async (name) => {
    const response = await server.fetch(`/${name}`);
    expect([response.headers.get("content-type"), lengthOf(response)]).toEqual([
      "text/plain; charset=utf-8",
      null,
    ]);
    expect((await response.text()) === text).toBeTrue();
  });

  test("of text in ASCII is no other", async () => {
    const response = await server.fetch("/ascii");
    expect([lengthOf(response), (await response.bytes()).length]).toEqual([null, LENGTH]);
  });

  test("keeps its status, its headers, its sniffed type and its execution id", async () => {
    const response = await server.fetch("/headers", { headers: { origin: "https://a.example" } });
    expect([response.status, (await response.bytes()).length]).toEqual([201, LENGTH]);
    expect(response.headers.toJSON()).toMatchObject({
      "content-type": "application/octet-stream",
      "x-own": "1",
      "x-execution-id": expect.stringMatching(/^exec_/),
      "access-control-allow-origin": expect.any(String),
    });
    expect((await server.fetch("/png")).headers.get("content-type")).toBe("image/png");
  });

  test.each([
    ["buffer", LENGTH],
    ["view", LENGTH],
    ["send", LENGTH],
    ["text", Buffer.byteLength(text)],
    ["ascii", LENGTH],
    ["limit", LIMIT],
  ])("tells its exact length to a HEAD: %s", async (name, length) => {
    const response = await server.fetch(`/${name}`, { method: "HEAD" });
    expect([response.status, lengthOf(response), await response.text()]).toEqual([200, String(length), ""]);
  });

  test("is no body where its status has none", async () => {
    const response = await server.fetch("/no-content");
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });

  test("whose buffer is taken away meanwhile breaks off, and the log says why", async () => {
    const { socket } = await slowConnection(
      server.url,
      "GET /taken HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      { reads: false },
    );
    let received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
    });
    const closed = new Promise((resolve) => socket.on("close", resolve));
    await until(
      () => server.get("/is-taken"),
      (answer) => answer === "true",
    );
    socket.resume();
    await closed;
    expect(received.length).toBeLessThan(TAKEN_LENGTH);
    expect(received.subarray(-5).toString("latin1")).not.toBe("0\r\n\r\n");
    const line = server.logged.find((each) => each.includes("transferred"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({
      msg: "Script failed",
      script: "default/1/taken.js",
    });
  });
});

describe("the runtime knows the length of", () => {
  test.each([
    ["bytes up to --answer-copy-max", "limit", LIMIT],
    ["JSON that a script returns, however long", "json", JSON_LENGTH],
    ["JSON by res.json, however long", "send-json", JSON_LENGTH],
    ["JSON of a script that knows res, however long", "json-res", JSON_LENGTH],
    ["a Blob, however large", "blob", LENGTH],
  ])("%s", async (_what, name, length) => {
    const response = await server.fetch(`/${name}`);
    expect([lengthOf(response), (await response.bytes()).length]).toEqual([String(length), length]);
  });

  test("and of one byte more it does not", async () => {
    const response = await server.fetch("/beyond");
    expect([lengthOf(response), (await response.bytes()).length]).toEqual([null, LIMIT + 1]);
  });
});
