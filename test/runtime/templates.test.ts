import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BUILTIN_TEMPLATES } from "../../src/templates/builtin/index.ts";
import { aiStandIn } from "../support/ai-stand-in.ts";
import { listeningApp } from "../support/listening-app.ts";
import { closeFrame, frame, RawSocket } from "../support/raw-socket.ts";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";

const GENERATE = "/api/v1/exec/templates/generate";

/** Generates a script from a template and stores it, as a caller would. */
async function generate(app: Pick<ScriptApp, "call">, name: string, outputPath: string, variables = {}) {
  const answer = await app.call("POST", GENERATE, { name, outputPath, variables, saveFile: true });
  expect(answer.body).toMatchObject({ saved: true, path: `default/1/${outputPath}` });
  return answer.body.code as string;
}

const nextOf = async (socket: RawSocket) => JSON.parse(await socket.text());

const json = (method: string, body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

describe("every built-in template", () => {
  const variables = { url: "http://127.0.0.1:1/", target: "http://127.0.0.1:1/v1" };

  test.each(BUILTIN_TEMPLATES.map((template) => [template.name, template] as const))(
    "%s has a description of each placeholder and makes a script that needs no package",
    async (name, { code, metadata }) => {
      const placeholders = [...code.matchAll(/\{\{(\w+)\}\}/g)].map(([, placeholder]) => placeholder);
      const params = metadata.params.map((param) => (typeof param === "string" ? { name: param } : param));
      expect(params.map((param) => param.name).sort()).toEqual([...new Set(placeholders)].sort() as string[]);
      await using app = await scriptApp({});
      const generated = (await app.call("POST", GENERATE, { name, variables })).body.code;
      expect(generated).not.toContain("{{");
      const { body } = await app.call("POST", "/api/v1/exec/validate/script", { code: generated });
      expect(body).toMatchObject({ valid: true, results: { magicCommentWarnings: [] } });
    },
  );
});

test("json-api checks its body and says which field is wrong", async () => {
  await using app = await scriptApp({});
  await generate(app, "json-api", "orders.ts");
  const created = await app.ask("/orders", json("POST", { product: "tea", quantity: 2 }));
  expect(created.status).toBe(201);
  expect(created.json).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), product: "tea", quantity: 2 });
  const refused = await app.ask("/orders", json("POST", { product: "", quantity: "2" }));
  expect(refused.status).toBe(400);
  expect(Object.keys(refused.json.fields).sort()).toEqual(["product", "quantity"]);
  const other = await app.ask("/orders");
  expect([other.status, other.headers.get("allow")]).toEqual([405, "POST"]);
});

test("crud-sqlite keeps rows in a database beside it", async () => {
  await using app = await scriptApp({});
  await generate(app, "crud-sqlite", "notes/[[...id]].ts", { database: "mine" });
  expect((await app.ask("/notes")).json).toEqual([]);
  expect((await app.ask("/notes", json("POST", { text: "milk" }))).status).toBe(201);
  const { json: second } = await app.ask("/notes", json("POST", { text: "'); drop table notes; --" }));
  expect(second).toEqual({ id: 2, text: "'); drop table notes; --" });
  expect((await app.ask("/notes/2", json("PUT", { text: "tea" }))).json).toEqual({ id: 2, text: "tea" });
  expect((await app.ask("/notes/2", { method: "DELETE" })).status).toBe(200);
  expect((await app.ask("/notes/2")).status).toBe(404);
  expect((await app.ask("/notes", json("POST", {}))).json).toEqual({ error: "text is required" });
  expect((await app.ask("/notes", { method: "DELETE" })).status).toBe(405);
  expect((await app.ask("/notes")).json).toEqual([{ id: 1, text: "milk" }]);
  expect(await app.scripts.list()).toContain("default/1/notes/_mine.sqlite");
});

test("webhook accepts what was signed over the very bytes, and nothing else", async () => {
  await using app = await scriptApp({ "default/1/hook.env": "HOOK_SECRET=shhh" });
  await generate(app, "webhook", "hook.ts", { secretVariable: "HOOK_SECRET" });
  const body = '{ "event":"push" }';
  const sign = (text: string) => `sha256=${createHmac("sha256", "shhh").update(text).digest("hex")}`;
  const send = (signature?: string) =>
    app.ask("/hook", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(signature === undefined ? {} : { "x-hub-signature-256": signature }),
      },
      body,
    });
  expect((await send(sign(body))).json).toEqual({ accepted: true });
  for (const wrong of [undefined, "", "sha256=00", sign('{"event":"push"}')]) {
    expect((await send(wrong)).status).toBe(401);
  }
});

test("scheduled-job declares its schedule, and one run of it remembers what it saw", async () => {
  await using target = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("up") });
  await using app = await scriptApp({});
  const code = await generate(app, "scheduled-job", "watch.ts", {
    url: target.url.href,
    schedule: "*/10 * * * *",
  });
  expect(code).toStartWith("// @schedule */10 * * * *\n");
  expect((await app.ask("/watch")).json).toMatchObject({ status: 200, ms: expect.any(Number) });
  await app.ask("/watch");
  const state = { hostname: "default/1", path: "checks" };
  const { body } = await app.call("POST", "/api/v1/exec/shared-state/get", state);
  expect(body.state.map(({ status }: { status: number }) => status)).toEqual([200, 200]);
});

test("websocket-room has a room for each name, with history for who comes later", async () => {
  await using app = await listeningApp({});
  const variables = { anonymous: "a guest" };
  await app.call(GENERATE, {
    name: "websocket-room",
    outputPath: "rooms/[room].ts",
    variables,
    saveFile: true,
  });
  await using ada = await RawSocket.open(app.url, "/rooms/kitchen?name=Ada");
  expect(await nextOf(ada)).toEqual({ history: [] });
  ada.send(frame("hello"));
  expect(await nextOf(ada)).toMatchObject({ from: "Ada", text: "hello" });
  await using guest = await RawSocket.open(app.url, "/rooms/kitchen");
  expect(await nextOf(guest)).toMatchObject({ history: [{ from: "Ada", text: "hello" }] });
  expect(await nextOf(ada)).toEqual({ joined: "a guest" });
  guest.send(closeFrame(1000));
  expect(await nextOf(ada)).toEqual({ left: "a guest" });
  await using elsewhere = await RawSocket.open(app.url, "/rooms/garden");
  expect(await nextOf(elsewhere)).toEqual({ history: [] });
});

test("server-sent-events streams events until the listener goes", async () => {
  await using app = await scriptApp({});
  await generate(app, "server-sent-events", "clock.ts", { event: "time" });
  const response = await app.fetch("/clock");
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toMatch(/^id: 1\nevent: time\ndata: \{"now":".*"\}\n\n$/);
  await reader.cancel();
});

test("api-proxy passes path, query, body, status and headers, with a key of its own", async () => {
  await using target = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) =>
      Response.json(
        {
          method: request.method,
          url: new URL(request.url).pathname + new URL(request.url).search,
          authorization: request.headers.get("authorization"),
          cookie: request.headers.get("cookie"),
          body: await request.text(),
        },
        { status: 418, headers: { "x-upstream": "yes" } },
      ),
  });
  await using app = await scriptApp({ "default/1/api/_default.env": "KEY=k1" });
  const variables = { target: `${target.url.href}v1/`, keyVariable: "KEY" };
  await generate(app, "api-proxy", "api/[...path].ts", variables);
  const init = json("POST", { a: 1 }, { cookie: "session=1", authorization: "Bearer mine" });
  const answer = await app.ask("/api/a%20b/c?x=1&y=%26", init);
  expect([answer.status, answer.headers.get("x-upstream")]).toEqual([418, "yes"]);
  expect(answer.json).toEqual({
    method: "POST",
    url: "/v1/a%20b/c?x=1&y=%26",
    authorization: "Bearer k1",
    cookie: null,
    body: '{"a":1}',
  });
  expect((await app.ask("/api/plain")).json).toMatchObject({ method: "GET", url: "/v1/plain", body: "" });
});

test("file-upload stores files of known types under names of its own", async () => {
  await using app = await scriptApp({});
  await generate(app, "file-upload", "upload.ts", { directory: "inbox" });
  const form = new FormData();
  form.append("file", new Blob(["hi"], { type: "text/plain" }), "../evil.ts");
  const { status, json: answer } = await app.ask("/upload", { method: "POST", body: form });
  expect(status).toBe(201);
  const [{ name, filename, size }] = answer.stored;
  expect({ filename, size }).toEqual({ filename: expect.any(String), size: 2 });
  expect(name).toMatch(/^[0-9a-f-]{36}\.txt$/);
  expect(await app.scripts.list()).toContain(`default/1/_inbox/${name}`);
  const script = new FormData();
  script.append("file", new Blob(["return 1"], { type: "text/javascript" }), "evil.ts");
  expect((await app.ask("/upload", { method: "POST", body: script })).status).toBe(415);
  expect((await app.ask("/upload", json("POST", {}))).status).toBe(400);
});

test("ai-summary hands a text to the model and answers what it says", async () => {
  await using provider = aiStandIn({ kind: "text", text: "In short." });
  await using app = await scriptApp({}, ["--ai-url", provider.url]);
  await generate(app, "ai-summary", "summary.ts", { model: "openai/gpt-4o", instruction: 'Say "in short".' });
  expect((await app.ask("/summary", json("POST", { text: " " }))).json).toEqual({
    error: "text is required",
  });
  expect(provider.requests).toHaveLength(0);
  expect((await app.ask("/summary", json("POST", { text: "A long text" }))).json).toEqual({
    summary: "In short.",
  });
  expect(provider.requests[0]?.body).toMatchObject({
    model: "openai/gpt-4o",
    messages: [
      { role: "system", content: 'Say "in short".' },
      { role: "user", content: "A long text" },
    ],
    temperature: 0.2,
  });
});

test("shell-command answers what the command printed as JSON", async () => {
  await using app = await scriptApp({});
  await generate(app, "shell-command", "disk.ts", { path: app.scripts.path });
  const { json: rows } = await app.ask("/disk");
  expect(rows).toEqual([
    { device: expect.any(String), mount: expect.stringMatching(/^\//), kilobytes: expect.any(Object) },
  ]);
  expect(rows[0].kilobytes.total).toBeGreaterThan(0);
});

test("api-key-guard lets only known keys reach the scripts of its folder", async () => {
  await using app = await scriptApp({
    "default/1/inner/_default.env": "API_KEYS=one,two",
    "default/1/inner/a.ts": "return 1",
    "default/1/open.ts": "return 2",
  });
  await generate(app, "api-key-guard", "inner/pre.ts");
  const ask = async (key?: string) =>
    (await app.ask("/inner/a", key === undefined ? {} : { headers: { "x-api-key": key } })).status;
  expect(await Promise.all([ask("two"), ask("three"), ask(""), ask()])).toEqual([200, 401, 401, 401]);
  expect((await app.ask("/open")).text).toBe("2");
});

test("a value cannot leave the string it stands in", async () => {
  await using app = await scriptApp({});
  const attack = `x"); globalThis.broken = true; ("\n'\`\${1}\\`;
  await app.call("POST", "/api/v1/exec/templates/create-custom", {
    name: "echo",
    code: '// @description {{v}}\nreturn ["{{v}}", \'{{v}}\', `{{v}}`, "{{other}}"];\n',
  });
  const code = await generate(app, "echo", "echo.ts", { v: attack });
  expect(code.split("\n")[0]).toStartWith("// @description x");
  expect((await app.ask("/echo")).json).toEqual([attack, attack, attack, "{{other}}"]);
});

test("the file of a custom template can be read and edited by hand", async () => {
  await using app = await scriptApp({});
  await app.call("POST", "/api/v1/exec/templates/create-custom", {
    name: "mine",
    code: "// one\nreturn 1;\n",
  });
  const file = join(app.scripts.path, "_hoody/templates/mine.json");
  expect(JSON.parse(await Bun.file(file).text()).code).toEqual(["// one", "return 1;", ""]);
  await writeFile(file, JSON.stringify({ code: "return 2;", metadata: { tags: 5, category: "hand" } }));
  const { body } = await app.call("GET", "/api/v1/exec/templates/preview?name=mine");
  expect(body.template).toMatchObject({
    code: "return 2;",
    metadata: { category: "hand", tags: [], description: "Custom template" },
  });
});
