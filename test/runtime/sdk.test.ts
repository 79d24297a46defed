import { describe, expect, test } from "bun:test";
import { type ApiSource, apiDocument, apiSource } from "../support/api-source.ts";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";

const IMPORT = "/api/v1/exec/sdk/import";
const LOCAL = ["--sdk-import-allow-local"];
/** What a test may send without naming the deployment in the Host. */
const HOST = { host: "abc-def-exec-pets.node.example.com" };

async function importApi(
  app: Pick<ScriptApp, "call">,
  api: Pick<ApiSource, "document">,
  more: Record<string, unknown> = {},
) {
  const answer = await app.call("POST", IMPORT, { execId: "pets", source_url: api.document, ...more });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}

describe("proxies", () => {
  const paths = {
    "/": ["get"],
    "/pets": ["get", "post"],
    "/pets/{id}": ["get", "put", "patch", "delete"],
    "/pets/{petId}/toys/{toy-id}": ["get"],
    "/files/{path+}": ["get"],
    "/slash/": ["get"],
  };

  test.each<[method: string, path: string, seen: string]>([
    ["GET", "/", "/v1/"],
    ["GET", "/pets?limit=2&tag=a%20b&tag=c", "/v1/pets?limit=2&tag=a%20b&tag=c"],
    ["HEAD", "/pets", "/v1/pets"],
    ["GET", "/pets/42", "/v1/pets/42"],
    ["GET", "/pets/a%20b%25%3Aé", "/v1/pets/a%20b%25%3A%C3%A9"],
    ["DELETE", "/pets/42", "/v1/pets/42"],
    ["GET", "/pets/1/toys/2", "/v1/pets/1/toys/2"],
    ["GET", "/files/a/b%20c/d", "/v1/files/a/b%20c/d"],
    ["GET", "/slash", "/v1/slash/"],
  ])("%s %s reaches the API at %s", async (method, path, seen) => {
    await using api = await apiSource(null);
    api.publish(apiDocument(paths, { servers: [{ url: "/v1/" }] }));
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    expect((await app.ask(path, { method, headers: HOST })).status).toBe(200);
    expect(api.seen.map((each) => `${each.method} ${each.path}`)).toEqual([`${method} ${seen}`]);
  });

  test("localhost reaches them under their exec id", async () => {
    await using api = await apiSource(apiDocument(paths));
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    expect((await app.ask("/pets/pets/7?x=1")).json.path).toBe("/pets/7?x=1");
    expect((await app.ask("/pets/files/a/b")).json.path).toBe("/files/a/b");
    expect((await app.ask("/pets")).json.path).toBe("/");
  });

  test.each(["POST", "PUT", "PATCH"])("%s passes the very bytes of its body and its type", async (method) => {
    await using api = await apiSource(apiDocument({ "/pets": ["post", "put", "patch"] }));
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    const init = {
      method,
      headers: { ...HOST, "content-type": "application/json; charset=utf-8" },
      body: '{ "a":  1 }',
    };
    expect((await app.ask("/pets", init)).json.body).toBe('{ "a":  1 }');
    expect(api.seen[0]?.headers["content-type"]).toBe("application/json; charset=utf-8");
  });

  test("other bodies pass as well: forms with files, bytes, none at all", async () => {
    await using api = await apiSource(apiDocument({ "/up": ["post", "delete"] }));
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    const form = new FormData();
    form.append("file", new Blob(["content"]), "a.txt");
    await app.ask("/up", { method: "POST", headers: HOST, body: form });
    await app.ask("/up", { method: "POST", headers: HOST, body: new Uint8Array([104, 105]) });
    await app.ask("/up", { method: "DELETE", headers: HOST });
    expect(api.seen.map(({ body }) => body)).toEqual([expect.stringContaining("content"), "hi", ""]);
    expect(api.seen[0]?.headers["content-type"]).toStartWith("multipart/form-data; boundary=");
  });

  test("headers pass in both directions, but those of the connection, of our cookies and of the caller's network", async () => {
    await using api = await apiSource(
      apiDocument({ "/a": ["get"] }),
      () =>
        new Response("x", {
          status: 207,
          headers: { "x-answer": "1", etag: '"e"', "set-cookie": "theirs=1" },
        }),
    );
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    const answer = await app.ask("/a", {
      headers: {
        ...HOST,
        authorization: "Bearer callers",
        "x-own": "1",
        accept: "text/x",
        connection: "x-hop",
        "x-hop": "1",
        cookie: "session=1",
        "x-token": "t",
        "x-forwarded-for": "10.0.0.1",
      },
    });
    expect([answer.status, answer.headers.get("x-answer"), answer.headers.get("etag")]).toEqual([
      207,
      "1",
      '"e"',
    ]);
    const { headers } = api.seen[0]!;
    expect(headers).toMatchObject({ authorization: "Bearer callers", "x-own": "1", accept: "text/x" });
    expect(headers["host"]).toBe(new URL(api.url).host);
    for (const name of ["x-hop", "cookie", "x-token", "x-forwarded-for"])
      expect(headers).not.toHaveProperty(name);
  });

  test.each([301, 400, 401, 404, 418, 429, 500, 503])("status %d passes with its body", async (status) => {
    await using api = await apiSource(apiDocument({ "/a": ["get"] }), () =>
      Response.json({ no: status }, { status, headers: { location: "/elsewhere", "retry-after": "3" } }),
    );
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    const answer = await app.ask("/a", { headers: HOST });
    expect([answer.status, answer.json, answer.headers.get("retry-after")]).toEqual([
      status,
      { no: status },
      "3",
    ]);
  });

  test("204 and 304 pass without a body", async () => {
    await using api = await apiSource(
      apiDocument({ "/{status}": ["get"] }),
      (request) => new Response(null, { status: Number(new URL(request.url).pathname.slice(1)) }),
    );
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    for (const status of [204, 304])
      expect((await app.ask(`/${status}`, { headers: HOST })).status).toBe(status);
  });

  test("a compressed answer arrives as what it says", async () => {
    await using api = await apiSource(
      apiDocument({ "/a": ["get"] }),
      () =>
        new Response(Bun.gzipSync(Buffer.from('{"zipped":true}')), {
          headers: { "content-encoding": "gzip", "content-type": "application/json" },
        }),
    );
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    const answer = await app.ask("/a", { headers: HOST });
    expect([answer.json, answer.headers.get("content-encoding")]).toEqual([{ zipped: true }, null]);
  });

  test("a stream arrives chunk by chunk, and the API is told when its reader goes", async () => {
    const { promise: cancelled, resolve } = Promise.withResolvers<void>();
    const { promise: second, resolve: sendSecond } = Promise.withResolvers<void>();
    await using api = await apiSource(
      apiDocument({ "/events": ["get"] }),
      () =>
        new Response(
          new ReadableStream({
            async start(controller) {
              controller.enqueue("data: 1\n\n");
              await second;
              controller.enqueue("data: 2\n\n");
            },
            cancel: () => resolve(),
          }),
          { headers: { "content-type": "text/event-stream" } },
        ),
    );
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    const response = await app.fetch("/events", { headers: HOST });
    const reader = response.body!.getReader();
    const next = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await next()).toBe("data: 1\n\n");
    sendSecond();
    expect(await next()).toBe("data: 2\n\n");
    await reader.cancel();
    await cancelled;
  });

  test("an API that says nothing is given up after @timeout", async () => {
    await using api = await apiSource(
      apiDocument({ "/slow": ["get"] }),
      () => new Promise<never>(() => undefined),
    );
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api, { magic_comments: { timeout: 50 } });
    const answer = await app.ask("/slow", { headers: HOST });
    expect([answer.status, answer.json.error, answer.json.timeoutMs]).toEqual([504, "Script timeout", 50]);
  });

  test("an API that is not there is 502", async () => {
    await using app = await scriptApp({}, LOCAL);
    const api = await apiSource(apiDocument({ "/a": ["get"] }));
    await importApi(app, api);
    await api[Symbol.asyncDispose]();
    const answer = await app.ask("/a", { headers: HOST });
    expect([answer.status, answer.json]).toEqual([502, { error: "The API cannot be reached" }]);
  });

  test("a method that the API does not have is 405 with those it has", async () => {
    await using api = await apiSource(apiDocument({ "/a": ["get", "put"] }));
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    const answer = await app.ask("/a", { method: "POST", headers: HOST, body: "{}" });
    expect([answer.status, answer.headers.get("allow"), api.seen.length]).toEqual([405, "GET, PUT", 0]);
  });
});

describe("paths that no file can be named after", () => {
  test.each<[templates: readonly string[], asked: string, seen: string | null]>([
    [["/users/{id}.json", "/users/{id}"], "/users/a.b.json", "/users/a.b.json"],
    [["/users/{id}", "/users/{id}.json"], "/users/a.json", "/users/a.json"],
    [["/users/{id}.json"], "/users/a", null],
    [["/range/{from}-{to}"], "/range/1-2-3", "/range/1-2-3"],
    [["/jobs/{id}:cancel", "/jobs/{id}:retry"], "/jobs/7:retry", "/jobs/7%3Aretry"],
    [["/.well-known/x"], "/.well-known/x", "/.well-known/x"],
    [["/.well-known/x"], "/other/x", null],
    [["/_private"], "/_private", "/_private"],
    [["/blog/post"], "/blog/post", "/blog/post"],
    [["/blog/pre"], "/blog/pre", "/blog/pre"],
    [["/index"], "/index", "/index"],
    [["/a.test"], "/a.test", "/a.test"],
    [["/app.js"], "/app.js", "/app.js"],
    [["/node_modules/x"], "/node_modules/x", "/node_modules/x"],
    [["/_sdk/proxy"], "/_sdk/proxy", "/_sdk/proxy"],
    [["/[odd]/x"], "/%5Bodd%5D/x", "/[odd]/x"],
    [["/a%20b/{x}"], "/a%20b/1", "/a%20b/1"],
    [["/a/{constructor}/{__proto__}"], "/a/1/2", "/a/1/2"],
    [["/a/{id}/x", "/a/{name}/y"], "/a/1/y", "/a/1/y"],
    [["/Users", "/users"], "/Users", "/Users"],
    [["/{a}{b}{c}"], "/xyz", "/xyz"],
  ])("%j asked for %s", async (templates, asked, seen) => {
    await using api = await apiSource(
      apiDocument(Object.fromEntries(templates.map((path) => [path, ["get"]]))),
    );
    await using app = await scriptApp({}, LOCAL);
    expect((await importApi(app, api)).summary.total).toBe(templates.length);
    const { status } = await app.ask(asked, { headers: HOST });
    expect(status).toBe(seen === null ? 404 : 200);
    expect(api.seen.map(({ path }) => decodeURIComponent(path))).toEqual(
      seen === null ? [] : [decodeURIComponent(seen)],
    );
  });

  test.each(["/a/%2e", "/a/.", "/a/%252e%252e", "/a/..%2fb"])(
    "%s leads to no other operation",
    async (asked) => {
      await using api = await apiSource(
        apiDocument({ "/a/{id}": ["get"], "/b": ["get"], "/a/{x}.{y}": ["put"] }),
      );
      await using app = await scriptApp({}, LOCAL);
      await importApi(app, api);
      await app.ask(asked, { headers: HOST });
      expect(api.seen.map(({ path }) => path).filter((path) => !/^\/a\/%252e%252e$/i.test(path))).toEqual([]);
    },
  );
});

describe("middleware and directives", () => {
  test("pre and post surround every script, those in directories as well", async () => {
    await using api = await apiSource(
      apiDocument({ "/a": ["get"], "/deep/{id}": ["get"], "/blog/post": ["get"] }),
    );
    await using app = await scriptApp({ "default/pets/_default.env": "API_KEY=k1" }, LOCAL);
    const { sdk } = await importApi(app, api, {
      middleware: {
        pre: 'req.headers["x-key"] = process.env.API_KEY;\nif (req.path.endsWith("/no")) return res.status(403).json({ no: true });\n',
        post: "return { status: mainResult.status, inner: mainResult.json ? await mainResult.json() : mainResult };\n",
      },
    });
    expect(sdk.files).toMatchObject({ endpoints: 3, pre: true, post: true });
    for (const path of ["/a", "/deep/1", "/blog/post"]) {
      const { json } = await app.ask(path, { headers: HOST });
      expect(json).toMatchObject({ status: 200, inner: { path } });
    }
    expect(api.seen.map(({ headers }) => headers["x-key"])).toEqual(["k1", "k1", "k1"]);
    await app.ask("/deep/no", { headers: HOST });
    expect(api.seen).toHaveLength(3);
  });

  test("scripts are serverless, with 30 s and a standard log, unless magic_comments say otherwise", async () => {
    await using api = await apiSource(apiDocument({ "/a": ["get"] }));
    await using app = await scriptApp({}, LOCAL);
    const read = async () =>
      (await app.call("GET", "/api/v1/exec/magic-comments/read?path=default/pets/a.ts")).body.comments;
    await importApi(app, api);
    expect(await read()).toEqual({
      mode: "serverless",
      timeout: 30_000,
      "log-level": "standard",
      description: "get /a",
    });
    const magic_comments = JSON.stringify({
      timeout: "5s",
      "log-level": null,
      label: "pets",
      description: "mine",
    });
    await importApi(app, api, { magic_comments });
    expect(await read()).toEqual({ mode: "serverless", timeout: 5000, label: "pets", description: "mine" });
  });

  test("a @token of the scripts is asked for, and never passed on to the API", async () => {
    await using api = await apiSource(apiDocument({ "/a": ["get"] }));
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api, { magic_comments: { token: "s3cret" } });
    expect((await app.ask("/a", { headers: HOST })).status).toBe(401);
    expect((await app.ask("/a", { headers: { ...HOST, authorization: "Bearer s3cret" } })).status).toBe(200);
    expect((await app.ask("/a?x=1&token=s3cret&y=2", { headers: HOST })).status).toBe(200);
    expect((await app.ask("/a", { headers: { ...HOST, "x-token": "s3cret" } })).status).toBe(200);
    expect(JSON.stringify(api.seen)).not.toContain("s3cret");
    expect(api.seen[1]?.path).toBe("/a?x=1&y=2");
  });

  test("a @token that is added later stays here as well, and one that is taken away lets callers speak to the API", async () => {
    await using api = await apiSource(apiDocument({ "/a": ["get"] }));
    await using app = await scriptApp({}, LOCAL);
    await importApi(app, api);
    const caller = { ...HOST, authorization: "Bearer s3cret" };
    const update = (token: string | null) =>
      app.call("PUT", "/api/v1/exec/magic-comments/update", {
        path: "default/pets/a.ts",
        execId: "pets",
        comments: { token },
      });
    expect((await update("s3cret")).status).toBe(200);
    expect((await app.ask("/a", { headers: caller })).status).toBe(200);
    expect((await app.ask("/a?token=s3cret", { headers: HOST })).status).toBe(200);
    expect(JSON.stringify(api.seen)).not.toContain("s3cret");
    expect((await update(null)).status).toBe(200);
    await app.ask("/a", { headers: caller });
    expect(api.seen.at(-1)?.headers["authorization"]).toBe("Bearer s3cret");
  });

  test("beside a @token, the API is sent the Authorization that pre.js sets", async () => {
    await using api = await apiSource(apiDocument({ "/a": ["get"] }));
    await using app = await scriptApp({}, LOCAL);
    const middleware = { pre: 'req.headers.authorization = "Bearer of-the-api";' };
    await importApi(app, api, { magic_comments: { token: "s3cret" }, middleware });
    expect((await app.ask("/a", { headers: { ...HOST, authorization: "Bearer s3cret" } })).status).toBe(200);
    expect(api.seen.at(-1)?.headers["authorization"]).toBe("Bearer of-the-api");
  });

  test("what a document says cannot leave its comment or its string", async () => {
    await using api = await apiSource({
      openapi: "3.1.0",
      paths: {
        '/a"+x': { get: { summary: "one\n throw new Error('two');\u2028globalThis.three = 3" } },
        "/b`${1}'": { get: { operationId: "*/ \r boom()" } },
        "/c%0Athrow%201": { get: {}, put: {} },
      },
    });
    await using app = await scriptApp({}, LOCAL);
    expect((await importApi(app, api)).summary.total).toBe(4);
    expect((await app.ask("/c%0Athrow%201", { method: "PUT", headers: HOST, body: "" })).status).toBe(200);
    expect((await app.ask("/a%22+x", { headers: HOST })).status).toBe(200);
    expect((await app.ask("/b%60$%7B1%7D'", { headers: HOST })).status).toBe(200);
  });
});
