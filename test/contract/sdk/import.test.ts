import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { apiDocument, apiSource } from "../../support/api-source.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const IMPORT = "/api/v1/exec/sdk/import";
const LOCAL = ["--sdk-import-allow-local"];
const PATHS = { "/a": ["get", "put"], "/b/{id}": ["get"] };
const FILES = ["_a.put.ts", "a.ts", "b/[id].ts"];
const MARKER = "default/pets/.sdk.json";

const read = (app: TestApp, file: string) => Bun.file(join(app.scripts.path, file)).text();
const edit = (app: TestApp, file: string, text: string) => writeFile(join(app.scripts.path, file), text);

/** An API and an app that may import it. */
async function setUp(document: unknown = apiDocument(PATHS)) {
  const api = await apiSource(document);
  const app = await testApp({ flags: LOCAL });
  return {
    api,
    app,
    send: (more: Record<string, unknown> = {}) =>
      app.call("POST", IMPORT, { execId: "pets", source_url: api.document, ...more }),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

describe("sdk.import", () => {
  test("writes one script for each operation, a marker, and nothing else", async () => {
    await using set = await setUp();
    const { status, body } = await set.send();
    expect(status).toBe(200);
    expect(body).toEqual({
      action: "imported",
      summary: { new: 3, updated: 0, conflicts: 0, total: 3 },
      sdk: {
        id: "pets",
        source_url: set.api.document,
        path: "default/pets",
        files: { endpoints: 3, pre: false, post: false, marker: MARKER },
      },
    });
    expect(await set.app.scripts.list()).toEqual(
      [".sdk.json", "_a.put.ts", "_sdk/proxy.ts", "a.ts", "b/[id].ts"].map((file) => `default/pets/${file}`),
    );
    expect(await read(set.app, "default/pets/b/[id].ts")).toBe(
      `// @mode serverless
// @timeout 30000
// @log-level standard
// @description get /b/{id}
import { proxy } from "../_sdk/proxy.ts";

export default proxy({ method: "GET", server: "${set.api.url}", path: "/b/{id}" });
`,
    );
  });

  test("the very next request reaches the API", async () => {
    await using set = await setUp();
    expect((await set.app.fetch("/pets/b/1")).status).toBe(404);
    await set.send();
    expect(await (await set.app.fetch("/pets/b/1")).json()).toMatchObject({ method: "GET", path: "/b/1" });
  });

  test("takes YAML as well", async () => {
    await using set = await setUp(
      "openapi: 3.0\npaths:\n  /a:\n    get: &op\n      summary: A\n    put: *op\n",
    );
    const { body } = await set.send({ source_url: `${set.api.url}/openapi.yaml` });
    expect(body.summary.total).toBe(2);
  });

  test("an import over an earlier one follows the document: new, changed and gone operations", async () => {
    await using set = await setUp();
    await set.send();
    expect((await set.send()).body.summary).toEqual({ new: 0, updated: 3, conflicts: 0, total: 3 });
    set.api.publish(apiDocument({ "/a": ["get"], "/c": ["get"] }));
    expect((await set.send()).body.summary).toEqual({ new: 1, updated: 1, conflicts: 0, total: 2 });
    expect(await set.app.scripts.list()).toEqual(
      [".sdk.json", "_sdk/proxy.ts", "a.ts", "c.ts"].map((file) => `default/pets/${file}`),
    );
  });

  test("edited files are refused with 409 and nothing is changed, until force replaces them", async () => {
    await using set = await setUp();
    await set.send();
    await edit(set.app, "default/pets/a.ts", "return 'mine'");
    await edit(set.app, "default/pets/b/[id].ts", "return 'mine'");
    const before = await read(set.app, MARKER);
    set.api.publish(apiDocument({ "/a": ["get"], "/new": ["get"] }));
    const refused = await set.send();
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      error: "Files of the import have been edited",
      code: "ERROR_409",
      details: { conflicts: ["a.ts", "b/[id].ts"], summary: { new: 1, updated: 0, conflicts: 2, total: 2 } },
    });
    expect(await read(set.app, MARKER)).toBe(before);
    expect(await set.app.scripts.list()).not.toContain("default/pets/new.ts");
    expect(await read(set.app, "default/pets/a.ts")).toBe("return 'mine'");

    expect((await set.send({ force: true })).body.summary).toEqual({
      new: 1,
      updated: 0,
      conflicts: 2,
      total: 2,
    });
    expect(await read(set.app, "default/pets/a.ts")).toContain("proxy(");
    expect(await set.app.scripts.list()).not.toContain("default/pets/b/[id].ts");
  });

  test("a script of the user's own in the same place is a conflict, too", async () => {
    await using set = await setUp();
    await set.app.scripts.write({ "default/pets/a.ts": "return 'mine'" });
    const { status, body } = await set.send();
    expect([status, body.details.conflicts]).toEqual([409, ["a.ts"]]);
    expect(await set.app.scripts.list()).toEqual(["default/pets/a.ts"]);
  });

  test("middleware that a later import does not name stays, and is a conflict when it was edited", async () => {
    await using set = await setUp();
    await set.send({ middleware: { pre: "return null;\n" } });
    expect((await set.send()).body.sdk.files).toMatchObject({ endpoints: 3, pre: true, post: false });
    await edit(set.app, "default/pets/b/pre.js", "return 1");
    expect((await set.send()).status).toBe(200);
    const { status, body } = await set.send({ middleware: '{"pre":"return 2;"}' });
    expect([status, body.details.conflicts]).toEqual([409, ["b/pre.js"]]);
  });

  test("an import that broke off half-way is finished by the next one, without force", async () => {
    await using set = await setUp();
    await set.send();
    const marker = JSON.parse(await read(set.app, MARKER));
    const old = await read(set.app, "default/pets/a.ts");
    set.api.publish(apiDocument(PATHS, { servers: [{ url: `${set.api.url}/v2` }] }));
    await set.send();
    const next = JSON.parse(await read(set.app, MARKER));
    // As it stands after a crash: the marker knows both contents, one file is old, one is missing, one is new.
    for (const file of FILES) next.files[file] = [...marker.files[file], ...next.files[file]];
    await edit(set.app, MARKER, JSON.stringify(next));
    await edit(set.app, "default/pets/a.ts", old);
    await set.app.call("DELETE", "/api/v1/exec/scripts/delete?execId=pets&path=_a.put.ts&confirm=true");
    expect((await set.send()).body.summary).toEqual({ new: 1, updated: 2, conflicts: 0, total: 3 });
    expect(await read(set.app, "default/pets/a.ts")).toContain("/v2");
  });

  test.each<[name: string, auth: unknown, header: string]>([
    ["bearer", { type: "bearer", token: "s3cret-token" }, "Bearer s3cret-token"],
    [
      "basic",
      { type: "basic", username: "ada", password: "s3cret:é" },
      `Basic ${Buffer.from("ada:s3cret:é").toString("base64")}`,
    ],
    ["bearer as JSON text", '{"type":"bearer","token":"s3cret-token"}', "Bearer s3cret-token"],
  ])("source_auth %s reaches the source, and is kept nowhere", async (_name, source_auth, header) => {
    const lines: string[] = [];
    await using api = await apiSource(apiDocument(PATHS));
    await using app = await testApp({
      flags: LOCAL,
      log: pino({ level: "trace" }, { write: (line: string) => void lines.push(line) }),
    });
    const { body } = await app.call("POST", IMPORT, {
      execId: "pets",
      source_url: api.document,
      source_auth,
    });
    expect(api.documentHeaders()?.get("authorization")).toBe(header);
    await app.fetch("/pets/b/1");
    expect(api.seen[0]?.headers).not.toHaveProperty("authorization");
    const files = await Promise.all((await app.scripts.list()).map((file) => read(app, file)));
    const kept = [...files, ...lines, JSON.stringify(body)].join("\n");
    expect(kept).not.toContain("s3cret");
    expect(kept).not.toContain(header.split(" ")[1]!);
  });

  test("several imports of one id at once leave one whole SDK", async () => {
    await using set = await setUp();
    const answers = await Promise.all([set.send(), set.send(), set.send()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await set.send()).body.summary).toMatchObject({ updated: 3, conflicts: 0 });
  });

  test("more than --sdk-imports-max at once are refused and counted", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch() {
        await released;
        return Response.json(apiDocument(PATHS));
      },
    });
    await using app = await testApp({ flags: [...LOCAL, "--sdk-imports-max", "1"] });
    const source_url = `${server.url.href}openapi.json`;
    const first = app.call("POST", IMPORT, { execId: "one", source_url });
    const second = app.call("POST", IMPORT, { execId: "two", source_url }).finally(release);
    expect([(await first).status, (await second).status]).toEqual([200, 503]);
    expect(app.services.limits().refused.sdkImportsMax).toBe(1);
  });

  test("a directory where a script would lie is refused, and nothing is written", async () => {
    await using set = await setUp();
    await set.app.scripts.write({ "default/pets/a.ts/x.md": "" });
    const { status, body } = await set.send({ force: true });
    expect([status, body.details]).toEqual([400, { field: "path", reason: '"a.ts" is a directory' }]);
    expect(await set.app.scripts.list()).toEqual(["default/pets/a.ts/x.md"]);
  });

  const valid = { execId: "pets", source_url: "https://api.example.com/openapi.json" };
  const refusals: readonly [body: unknown, status: number, expected: Record<string, unknown>][] = [
    [{}, 400, { error: "execId is required" }],
    [{ ...valid, execId: "" }, 400, { error: "execId is required" }],
    [{ ...valid, execId: 5 }, 400, { details: { field: "execId" } }],
    [{ ...valid, execId: "Pets" }, 400, { details: { field: "execId" } }],
    [{ ...valid, execId: "../x" }, 400, { details: { field: "execId" } }],
    [{ execId: "pets" }, 400, { error: "source_url is required" }],
    [{ ...valid, source_url: 5 }, 400, { details: { field: "source_url" } }],
    [{ ...valid, source_auth: { type: "digest" } }, 400, { details: { field: "source_auth.type" } }],
    [
      { ...valid, source_auth: { type: "bearer", token: "a\nb" } },
      400,
      { details: { field: "source_auth.token" } },
    ],
    [
      { ...valid, source_auth: { type: "basic", username: "a:b", password: "" } },
      400,
      { details: { field: "source_auth.username" } },
    ],
    [{ ...valid, source_auth: "secret" }, 400, { details: { field: "source_auth" } }],
    [{ ...valid, middleware: { pre: 5 } }, 400, { details: { field: "middleware.pre" } }],
    [{ ...valid, middleware: { pre: "const = 1" } }, 400, { error: "Script validation failed" }],
    [{ ...valid, middleware: [] }, 400, { details: { field: "middleware" } }],
    [{ ...valid, magic_comments: "timeout" }, 400, { details: { field: "magic_comments" } }],
    [{ ...valid, magic_comments: { timeout: "soon" } }, 400, { details: { directive: "@timeout" } }],
    [{ ...valid, magic_comments: { label: "a\nb" } }, 400, { details: { directive: "@label" } }],
    [{ ...valid, force: "yes" }, 400, { details: { field: "force" } }],
    [[], 400, { error: "Invalid request body" }],
    ...[
      ["http://api.example.com/openapi.json", "must be HTTPS"],
      ["ftp://api.example.com/openapi.json", "must be HTTPS"],
      ["file:///etc/passwd.json", "must be HTTPS"],
      ["openapi.json", "must be a URL"],
      [`https://api.example.com/${"x".repeat(2048)}.json`, "must be a URL"],
      ["https://127.0.0.1/openapi.json", "must name a domain, not an address"],
      ["https://2130706433/openapi.json", "must name a domain, not an address"],
      ["https://0x7f.1/openapi.json", "must name a domain, not an address"],
      ["https://[::1]/openapi.json", "must name a domain, not an address"],
      ["https://8.8.8.8/openapi.json", "must name a domain, not an address"],
      ["https://localhost/openapi.json", "must name a public domain"],
      ["https://metadata.google.internal/openapi.json", "must name a public domain"],
      ["https://x.localhost./openapi.json", "must name a public domain"],
      ["https://petstore.example/openapi.json", "must name a public domain"],
      ["https://api.example.com:8443/openapi.json", "must use port 443"],
      ["https://ada:pw@api.example.com/openapi.json", "must hold no credentials; send them as source_auth"],
      ["https://api.example.com/openapi", expect.stringContaining("must end in .json")],
      ["https://api.example.com/x?y=.json", expect.stringContaining("must end in .json")],
      ["https://api.example.com/#.json", expect.stringContaining("must end in .json")],
    ].map(
      ([source_url, reason]) =>
        [{ ...valid, source_url }, 400, { details: { field: "source_url", reason } }] as const,
    ),
  ] as never;
  for (const [body, status, expected] of refusals) {
    scenario(`${JSON.stringify(body).slice(0, 110)} is refused with ${status}`, {
      request: ["POST", IMPORT, body],
      status,
      body: expected,
      never: ["a\\nb", "ada:pw"],
      filesAfter: [],
    });
  }

  const sources: readonly [name: string, document: unknown, reason: string][] = [
    ["no JSON", "{oops", "it is neither JSON nor YAML that can be read"],
    ["no YAML", "a: [", "it is neither JSON nor YAML that can be read"],
    ["a list", "[]", "it holds no object"],
    ["an HTML page", "<html></html>", "it holds no object"],
    [
      "another version",
      { openapi: "4.0.0", paths: {} },
      "it is no OpenAPI document of version 3 or 2.0 (4.0.0)",
    ],
    ["no version", { paths: {} }, "it is no OpenAPI document of version 3 or 2.0 (none)"],
    ["no paths", { openapi: "3.0.0" }, "it has no operation that a script can stand for"],
    ["odd paths", { openapi: "3.0.0", paths: [1] }, "it has no operation that a script can stand for"],
    ["a circle", { openapi: "3.0.0", paths: { "/a": { $ref: "#/paths/~1a" } } }, "it has no operation"],
    [
      "a path that leaves",
      { openapi: "3.0.0", paths: { "/a/%2e%2e/b": { get: {} } } },
      "its path leads elsewhere",
    ],
  ];
  test.each(sources)("a source that is %s is refused with 422", async (_name, document, reason) => {
    await using set = await setUp(document);
    const { status, body } = await set.send();
    expect(body.error).toContain(reason);
    expect([status, await set.app.scripts.list()]).toEqual([422, []]);
  });

  test("a YAML bomb is refused, and quickly", async () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
    for (let at = 1; at < 30; at++)
      lines.push(
        `a${at}: &a${at} [${Array(9)
          .fill(`*a${at - 1}`)
          .join(", ")}]`,
      );
    await using set = await setUp(`openapi: 3.0.0\n${lines.join("\n")}\n`);
    const { status, body } = await set.send({ source_url: `${set.api.url}/openapi.yaml` });
    expect([status, body.error]).toEqual([422, expect.stringContaining("neither JSON nor YAML")]);
  });

  test("names of Object.prototype in a document are names like any other", async () => {
    const text =
      '{"openapi":"3.0.0","__proto__":{"servers":[{"url":"http://127.0.0.1:1"}]},"paths":{"/constructor":{"get":{}},"/__proto__":{"get":{}}}}';
    await using set = await setUp(text);
    expect((await set.send()).body.summary.total).toBe(2);
    expect(await read(set.app, "default/pets/constructor.ts")).toContain(`server: "${set.api.url}"`);
    expect(({} as Record<string, unknown>)["servers"]).toBeUndefined();
  });

  test("what no script can stand for is left out, and the marker says why", async () => {
    await using set = await setUp({
      openapi: "3.0.0",
      paths: { "/a": { get: {}, trace: {}, options: {} }, "/x?y": { get: {} }, nope: { get: {} } },
    });
    expect((await set.send()).body.summary.total).toBe(1);
    expect(JSON.parse(await read(set.app, MARKER)).skipped).toEqual([
      "GET /x?y: it is no path",
      "GET nope: it is no path",
    ]);
  });

  test("too many operations, and too large a document, are refused", async () => {
    await using api = await apiSource(apiDocument(PATHS));
    await using few = await testApp({ flags: [...LOCAL, "--sdk-operations-max", "2"] });
    const body = { execId: "pets", source_url: api.document };
    expect((await few.call("POST", IMPORT, body)).body.error).toContain("more than 2 operations");
    await using small = await testApp({ flags: [...LOCAL, "--sdk-document-max", "100"] });
    const answer = await small.call("POST", IMPORT, body);
    expect([answer.status, answer.body.details.maxBytes]).toEqual([422, 100]);
  });

  test.each<[answer: () => Response | Promise<Response>, reason: string]>([
    [() => new Response("no", { status: 404 }), "it answered 404"],
    [() => new Response("no", { status: 401 }), "it answered 401"],
    [() => new Response("", { status: 204 }), "it answered 204"],
    [() => Response.redirect("/openapi.json"), "it redirects more than 5 times"],
    [() => new Response("", { status: 302 }), "the address it redirects to is no URL"],
    [() => Response.redirect("file:///etc/passwd"), "the address it redirects to must be HTTPS"],
    [() => new Promise<never>(() => undefined), "it took longer than 200 ms"],
    [
      () => new Response(new ReadableStream({ start: (stream) => stream.enqueue("{") })),
      "it took longer than 200 ms",
    ],
  ])("a source that answers %p is 422", async (answer, reason) => {
    await using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
    await using app = await testApp({ flags: [...LOCAL, "--sdk-fetch-timeout", "200"] });
    const source_url = `${server.url.href}openapi.json`;
    const { status, body } = await app.call("POST", IMPORT, { execId: "pets", source_url });
    expect([status, body.error]).toEqual([422, `Cannot fetch the source: ${reason}`]);
    expect(await app.scripts.list()).toEqual([]);
    server.stop(true);
  });
});
