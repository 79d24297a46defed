import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ApiSource, apiDocument, apiSource } from "../support/api-source.ts";
import { type ServerProcess, startProcess } from "../support/process.ts";

/** An API of 30 resources with 4 operations each, imported and called through the real process. */
const RESOURCES = Array.from({ length: 30 }, (_, index) => `things${index}`);
const PATHS = Object.fromEntries(
  RESOURCES.flatMap((name) => [
    [`/${name}`, ["get", "post"]],
    [`/${name}/{id}`, ["get", "delete"]],
  ]),
);
const EXTRA = { "/events": ["get"], "/slow": ["get"], "/teapot": ["get"] };

const HOST = { host: "abc-def-exec-things.node.example.com" };
const IMPORT = "/api/v1/exec/sdk/import";

let api: ApiSource;
let server: ServerProcess;
beforeAll(async () => {
  api = await apiSource(apiDocument({ ...PATHS, ...EXTRA }), (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/teapot") return Response.json({ error: "short and stout" }, { status: 418 });
    if (pathname === "/slow") return new Promise<never>(() => undefined);
    if (pathname === "/events")
      return new Response(ticks(), { headers: { "content-type": "text/event-stream" } });
    return undefined;
  });
  server = await startProcess({ flags: ["--sdk-import-allow-local"] });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

async function* ticks() {
  for (let tick = 1; ; tick++) {
    yield `data: ${tick}\n\n`;
    await Bun.sleep(1);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
  const response = await server.fetch(path, {
    method,
    headers: body === undefined ? HOST : { ...HOST, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** A call of the control API, which answers no foreign Host. */
async function control(method: string, path: string, body?: unknown) {
  const response = await server.fetch(path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const importThings = (more: Record<string, unknown> = {}) =>
  control("POST", IMPORT, { execId: "things", source_url: api.document, ...more });

describe("an API of 123 operations", () => {
  test("is imported", async () => {
    const { status, body } = await importThings({ magic_comments: { timeout: "1s" } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ summary: { new: 123, total: 123 }, sdk: { files: { endpoints: 123 } } });
    expect((await control("GET", "/api/v1/exec/list")).body).toMatchObject({ summary: { sdk: 1 } });
  });

  test("each of its operations answers through its script", async () => {
    for (const name of RESOURCES) {
      const [all, made, one, gone] = await Promise.all([
        call("GET", `/${name}?limit=5&after=a%2Fb`),
        call("POST", `/${name}`, { name: "new" }),
        call("GET", `/${name}/a%20b`),
        call("DELETE", `/${name}/7`),
      ]);
      expect(all.body).toEqual({ method: "GET", path: `/${name}?limit=5&after=a%2Fb`, body: "" });
      expect(made.body).toEqual({ method: "POST", path: `/${name}`, body: '{"name":"new"}' });
      expect(one.body).toEqual({ method: "GET", path: `/${name}/a%20b`, body: "" });
      expect(gone.body).toEqual({ method: "DELETE", path: `/${name}/7`, body: "" });
    }
  });

  test("an error of the API is the caller's", async () => {
    expect(await call("GET", "/teapot")).toEqual({ status: 418, body: { error: "short and stout" } });
  });

  test("a stream goes on as long as it is read", async () => {
    const reader = (await server.fetch("/events", { headers: HOST })).body!.getReader();
    let text = "";
    while (!text.includes("data: 20\n")) text += new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
  });

  test("what takes longer than @timeout is 504", async () => {
    expect(await call("GET", "/slow")).toMatchObject({ status: 504, body: { timeoutMs: 1000 } });
  });

  test("it is imported again over itself, with middleware, and follows its document", async () => {
    api.publish(apiDocument({ ...PATHS, "/fresh": ["get"] }));
    const post = "return { wrapped: await mainResult.json() };\n";
    const { body } = await importThings({ middleware: { post } });
    expect(body).toMatchObject({ summary: { new: 1, updated: 120, conflicts: 0, total: 121 } });
    expect((await call("GET", "/fresh")).body).toEqual({
      wrapped: { method: "GET", path: "/fresh", body: "" },
    });
    expect((await call("GET", "/things1/5")).body).toMatchObject({ wrapped: { path: "/things1/5" } });
    expect((await server.fetch("/teapot", { headers: HOST })).status).toBe(404);
  });

  test("an edited script is not overwritten", async () => {
    const written = { execId: "things", path: "fresh.ts", content: "return { mine: true };\n" };
    await control("POST", "/api/v1/exec/scripts/write", written);
    const { status, body } = await importThings();
    expect([status, body["details"]]).toEqual([409, expect.objectContaining({ conflicts: ["fresh.ts"] })]);
    const { body: kept } = await control("GET", "/api/v1/exec/scripts/read?execId=things&path=fresh.ts");
    expect(kept["content"]).toBe(written.content);
  });

  test("it is deleted without a trace", async () => {
    const { body } = await control("DELETE", "/api/v1/exec/sdk/things");
    expect(body).toMatchObject({ removed: { directory: true } });
    expect((await server.fetch("/things1/5", { headers: HOST })).status).toBe(404);
    expect((await server.storage.list()).filter((file) => /^scripts\/.*things/.test(file))).toEqual([]);
  });
});

test("an API of 1,000 operations is imported, while others are answered", async () => {
  await control("POST", "/api/v1/exec/scripts/write", { path: "near.ts", content: "return 1" });
  api.publish(
    apiDocument(Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`/a${at}/{id}`, ["get"]]))),
  );
  const imported = control("POST", IMPORT, { execId: "large", source_url: api.document });
  let answered = 0;
  let isDone = false;
  const asking = (async () => {
    while (!isDone) {
      expect((await server.fetch("/near")).status).toBe(200);
      answered++;
    }
  })();
  const { body } = await imported;
  isDone = true;
  await asking;
  expect(body).toMatchObject({ summary: { new: 1000, total: 1000 } });
  expect(answered).toBeGreaterThan(10);
  expect(((await (await server.fetch("/large/a999/1")).json()) as { path: string }).path).toBe("/a999/1");
}, 30_000);
