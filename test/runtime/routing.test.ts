import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { sendRaw } from "../support/raw-http.ts";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";

/** Answers with the file it is, what its route said and the query. */
const TELL = "return { file: metadata.scriptPath, ...metadata };";

/** Scripts of these names, each telling its own. */
const scripts = (...files: readonly string[]) => Object.fromEntries(files.map((file) => [file, TELL]));

/** Requests one path of an app; the file that answered, or the status of a refusal. */
async function reached(app: ScriptApp, path: string, host = "localhost"): Promise<string | number> {
  const answer = await app.ask(path, { headers: { host } });
  return answer.status === 200 ? answer.json.file : answer.status;
}

const NODE = "node-1.example.com";

describe("Host → deployment", () => {
  let app: ScriptApp;
  beforeAll(async () => {
    app = await scriptApp(
      scripts(
        "default/1/a.ts",
        "default/2/a.ts",
        "default/xyz9/a.ts",
        "app/2/a.ts",
        "a.b/2/a.ts",
        "app/1/a.ts",
      ),
    );
  });
  afterAll(() => app[Symbol.asyncDispose]());

  test.each<[string, string, string | number]>([
    ["the exec id of a name", `p1-c1-exec-2.${NODE}`, "default/2/a.ts"],
    ["an exec id of letters", `p1-c1-exec-xyz9.${NODE}`, "default/xyz9/a.ts"],
    ["a name in capitals", `P1-C1-EXEC-2.${NODE.toUpperCase()}`, "default/2/a.ts"],
    ["a name with a port", `p1-c1-exec-2.${NODE}:8080`, "default/2/a.ts"],
    ["a subdomain before the name", `app.p1-c1-exec-2.${NODE}`, "app/2/a.ts"],
    ["a subdomain of several labels", `a.b.p1-c1-exec-2.${NODE}`, "a.b/2/a.ts"],
    ["a leading default counts as none", `default.p1-c1-exec-2.${NODE}`, "default/2/a.ts"],
    ["a leading default before a subdomain counts as none", `default.app.p1-c1-exec-2.${NODE}`, "app/2/a.ts"],
    ["a name without domain", "p1-c1-exec-2", "default/2/a.ts"],
    ["localhost", "localhost:3000", "default/1/a.ts"],
    ["an IPv4 address", "127.0.0.1:3000", "default/1/a.ts"],
    ["an IPv6 address", "[::1]:3000", "default/1/a.ts"],
    ["a plain name", "example.com", "default/1/a.ts"],
    ["a plain name with a subdomain of ours", "app.example.com", "default/1/a.ts"],
    ["a deployment that does not exist", `p1-c1-exec-77.${NODE}`, 404],
    ["an exec id with a hyphen", `p1-c1-exec-2-3.${NODE}`, 400],
    ["an exec id that is empty", `p1-c1-exec-.${NODE}`, 400],
    ["an exec id with an underscore", `p1-c1-exec-a_b.${NODE}`, 400],
    ["an exec id of 65 letters", `p1-c1-exec-${"a".repeat(65)}.${NODE}`, 400],
    ["a name without container", `p1-exec-2.${NODE}`, 400],
    ["a subdomain of a reserved name", `node_modules.p1-c1-exec-2.${NODE}`, 400],
  ])("%s", async (_name, host, expected) => {
    expect(await reached(app, "/a", host)).toBe(expected);
  });

  test("a Host that cannot be parsed is told so on a page", async () => {
    const answer = await app.ask("/a", { headers: { host: `p1-exec-2.${NODE}` } });
    expect(answer).toMatchObject({ status: 400, type: "text/html; charset=utf-8" });
    expect(answer.text).toContain("<h1>400 Bad Request</h1>");
  });

  test("X-Forwarded-Host is ignored", async () => {
    const headers = { "x-forwarded-host": `p1-c1-exec-2.${NODE}` };
    expect((await app.ask("/a", { headers })).json.file).toBe("default/1/a.ts");
  });

  test("X-Forwarded-Host counts behind a trusted proxy", async () => {
    await using trusting = await scriptApp(scripts("default/1/a.ts", "default/2/a.ts"), ["--trust-proxy"]);
    const headers = { "x-forwarded-host": `p1-c1-exec-2.${NODE}` };
    expect((await trusting.ask("/a", { headers })).json.file).toBe("default/2/a.ts");
    expect((await trusting.ask("/a")).json.file).toBe("default/1/a.ts");
  });
});

describe("path → file", () => {
  let app: ScriptApp;
  beforeAll(async () => {
    app = await scriptApp({
      ...scripts(
        "default/1/index.ts",
        "default/1/hello.ts",
        "default/1/Case.ts",
        "default/1/plain.js",
        "default/1/both.ts",
        "default/1/both.js",
        "default/1/api/index.ts",
        "default/1/api/deep/er/x.ts",
        "default/1/dir.ts",
        "default/1/dir/index.ts",
        "default/1/users/[id].ts",
        "default/1/users/me.ts",
        "default/1/users/[id]/posts.ts",
        "default/1/users/[id]/[post].ts",
        "default/1/users/[...rest].ts",
        "default/1/blog/[year]/[month].ts",
        "default/1/docs/[...slug].ts",
        "default/1/docs/intro.ts",
        "default/1/wiki/[[...slug]].ts",
        "default/1/mixed/[[...all]].ts",
        "default/1/mixed/[...some].ts",
        "default/1/mixed/[one].ts",
        "default/1/mixed/index.ts",
        "default/1/mixed/literal.ts",
        "default/1/größe.ts",
        "default/1/with space.ts",
        "default/1/a+b.ts",
        "default/1/pre.ts.ts",
        "default/1/sub/pre.js",
        "default/1/sub/_hidden.ts",
        "default/1/sub/.dot.ts",
        "default/1/_lib/a.ts",
        "default/1/.dots/a.ts",
        "default/1/node_modules/a.ts",
        "default/1/sub/a.test.ts",
        "default/1/sub/a.spec.js",
        "default/1/sub/a.d.ts",
        "default/1/sub/tool.sh",
        "default/1/sub/tool.py",
        "default/1/sub/tool.mjs",
        "default/1/sub/data.json",
      ),
      "default/1/sub/post.js": "return null;",
    });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  test.each<[string, string, string, Record<string, unknown>, string]>([
    ["the index of the root", "/", "index.ts", {}, "/"],
    ["a file", "/hello", "hello.ts", {}, "/hello"],
    ["a file of JavaScript", "/plain", "plain.js", {}, "/plain"],
    [".ts wins over .js", "/both", "both.ts", {}, "/both"],
    ["the index of a directory", "/api", "api/index.ts", {}, "/api"],
    ["a file deep below", "/api/deep/er/x", "api/deep/er/x.ts", {}, "/api/deep/er/x"],
    ["a file wins over the index of a directory", "/dir", "dir.ts", {}, "/dir"],
    ["a parameter", "/users/123", "users/[id].ts", { id: "123" }, "/users/[id]"],
    ["a parameter is decoded", "/users/a%20b", "users/[id].ts", { id: "a b" }, "/users/[id]"],
    ["a parameter is decoded once", "/users/%2520", "users/[id].ts", { id: "%20" }, "/users/[id]"],
    ["a plus in a path stays", "/users/a+b", "users/[id].ts", { id: "a+b" }, "/users/[id]"],
    ["a literal wins over a parameter", "/users/me", "users/me.ts", {}, "/users/me"],
    ["a directory of a parameter", "/users/7/posts", "users/[id]/posts.ts", { id: "7" }, "/users/[id]/posts"],
    ["two parameters", "/users/7/8", "users/[id]/[post].ts", { id: "7", post: "8" }, "/users/[id]/[post]"],
    [
      "parameters win over a catch-all",
      "/blog/2024/11",
      "blog/[year]/[month].ts",
      { year: "2024", month: "11" },
      "/blog/[year]/[month]",
    ],
    [
      "a catch-all behind parameters",
      "/users/1/2/3",
      "users/[...rest].ts",
      { rest: ["1", "2", "3"] },
      "/users/[...rest]",
    ],
    [
      "a literal that leads nowhere falls back to a parameter",
      "/users/me/posts",
      "users/[id]/posts.ts",
      { id: "me" },
      "/users/[id]/posts",
    ],
    ["a catch-all of one", "/docs/a", "docs/[...slug].ts", { slug: ["a"] }, "/docs/[...slug]"],
    ["a catch-all of several", "/docs/a/b", "docs/[...slug].ts", { slug: ["a", "b"] }, "/docs/[...slug]"],
    ["a literal wins over a catch-all", "/docs/intro", "docs/intro.ts", {}, "/docs/intro"],
    [
      "a catch-all behind a literal of the same beginning",
      "/docs/intro/x",
      "docs/[...slug].ts",
      { slug: ["intro", "x"] },
      "/docs/[...slug]",
    ],
    ["an optional catch-all of none", "/wiki", "wiki/[[...slug]].ts", {}, "/wiki/[[...slug]]"],
    [
      "an optional catch-all of several",
      "/wiki/a/b",
      "wiki/[[...slug]].ts",
      { slug: ["a", "b"] },
      "/wiki/[[...slug]]",
    ],
    ["an index wins over an optional catch-all", "/mixed", "mixed/index.ts", {}, "/mixed"],
    ["literal first of four", "/mixed/literal", "mixed/literal.ts", {}, "/mixed/literal"],
    ["parameter second of four", "/mixed/x", "mixed/[one].ts", { one: "x" }, "/mixed/[one]"],
    ["catch-all third of four", "/mixed/x/y", "mixed/[...some].ts", { some: ["x", "y"] }, "/mixed/[...some]"],
    ["a trailing slash is ignored", "/hello/", "hello.ts", {}, "/hello"],
    ["trailing slashes of an index are ignored", "/api//", "api/index.ts", {}, "/api"],
    ["a doubled slash is ignored", "/api//deep/er/x", "api/deep/er/x.ts", {}, "/api/deep/er/x"],
    ["%2F separates", "/api%2Fdeep%2Fer%2fx", "api/deep/er/x.ts", {}, "/api/deep/er/x"],
    ["letters beyond ASCII", "/gr%C3%B6%C3%9Fe", "größe.ts", {}, "/größe"],
    ["a space", "/with%20space", "with space.ts", {}, "/with space"],
    ["a plus", "/a+b", "a+b.ts", {}, "/a+b"],
    ["the ending may be given", "/hello.ts", "hello.ts", {}, "/hello"],
    ["the ending decides between two", "/both.js", "both.js", {}, "/both"],
    ["upper case", "/Case", "Case.ts", {}, "/Case"],
  ])("%s", async (_name, path, file, parameters, routePattern) => {
    const { json, status } = await app.ask(path);
    expect({ status, ...json }).toMatchObject({
      status: 200,
      file: `default/1/${file}`,
      parameters,
      routePattern,
    });
  });

  test("a decoded ? starts the query when there is no raw one", async () => {
    const { json } = await app.ask("/hello%3Fx%3D1%26y%3D2");
    expect(json).toMatchObject({ file: "default/1/hello.ts", query: { x: "1", y: "2" } });
  });

  test("a decoded ? beside a raw one belongs to the path", async () => {
    const { json } = await app.ask("/users/a%3Fb?x=1");
    expect(json).toMatchObject({ file: "default/1/users/[id].ts", parameters: { id: "a?b", x: "1" } });
  });

  // Every one of these would be answered by the fallback of the root's index, were it not for the name.
  test.each<[string, string]>([
    ["the wrong case", "/HELLO"],
    ["nothing below a catch-all of at least one", "/docs"],
    ["a wrong ending", "/plain.ts"],
    ["pre", "/sub/pre"],
    ["post", "/sub/post"],
    ["a name with an underscore", "/sub/_hidden"],
    ["a name with a dot", "/sub/.dot"],
    ["a directory with an underscore", "/_lib/a"],
    ["a directory with a dot", "/.dots/a"],
    ["a reserved directory", "/node_modules/a"],
    ["a test", "/sub/a.test"],
    ["a spec", "/sub/a.spec"],
    ["declarations", "/sub/a.d"],
    ["a shell script", "/sub/tool"],
    ["a shell script with its ending", "/sub/tool.sh"],
    ["a Python script", "/sub/tool.py"],
    ["a module of another ending", "/sub/tool.mjs"],
    ["data", "/sub/data.json"],
    ["a file's content by an ending", "/hello.ts/x"],
    ["brackets are no literal", "/sub/[id]"],
  ])("no route: %s", async (_name, path) => {
    expect(await reached(app, path)).toBe(404);
  });

  test.each<[string, string, string]>([
    ["an invalid escape", "/a%zz", "Bad Request: URL path contains invalid percent-encoding."],
    ["an escape that is no UTF-8", "/a%ff", "Bad Request: URL path contains invalid percent-encoding."],
    ["a NUL", "/a%00b", "Bad Request: URL path contains disallowed characters."],
    ["a backslash", "/a%5Cb", "Bad Request: URL path contains disallowed characters."],
    ["an encoded ..", "/sub%2F..%2F..%2F2%2Fa", "Bad Request: URL path contains disallowed characters."],
  ])("%s is a 400 that says why", async (_name, path, text) => {
    expect(await app.ask(path)).toMatchObject({ status: 400, text });
  });

  test("a deleted file is a 404, and one that comes back is live", async () => {
    await app.write("brief.ts", TELL);
    expect(await reached(app, "/brief")).toBe("default/1/brief.ts");
    await app.call("DELETE", "/api/v1/exec/scripts/delete?path=brief.ts&confirm=true");
    expect(await reached(app, "/brief")).toBe(404);
    await app.write("brief.ts", TELL);
    expect(await reached(app, "/brief")).toBe("default/1/brief.ts");
  });
});

describe("candidate roots and fallbacks", () => {
  const HOST = `app.p1-c1-exec-2.${NODE}`;
  const ALL = ["app/2/x.ts", "app/x.ts", "2/x.ts", "x.ts"];

  test.each([0, 1, 2, 3])("root %i answers when the ones before it have no such script", async (at) => {
    await using app = await scriptApp(scripts(...ALL.slice(at)));
    expect(await reached(app, "/x", HOST)).toBe(ALL[at] as string);
  });

  test("a parameter of an earlier root wins over a literal of a later one", async () => {
    await using app = await scriptApp(scripts("app/2/[any].ts", "app/x.ts", "x.ts"));
    expect(await reached(app, "/x", HOST)).toBe("app/2/[any].ts");
  });

  test("a script in the scripts root serves every deployment", async () => {
    await using app = await scriptApp(scripts("x.ts"));
    expect(await reached(app, "/x")).toBe("x.ts");
    expect(await reached(app, "/x", HOST)).toBe("x.ts");
  });

  const FALLBACKS = ["app.ts", "app.js", "app/index.ts", "app/index.js", "index.ts", "index.js"];
  test.each(FALLBACKS.map((file, at) => [file, at] as const))(
    "fallback %s answers when nothing matches and those before it are absent",
    async (file, at) => {
      await using app = await scriptApp(scripts(...FALLBACKS.slice(at)));
      const { json } = await app.ask("/no/such/path?q=1", { headers: { host: HOST } });
      expect(json).toMatchObject({ file, path: "/no/such/path", query: { q: "1" }, parameters: { q: "1" } });
    },
  );

  test("the fallback of another subdomain is not asked", async () => {
    await using app = await scriptApp(scripts("other.ts", "other/index.ts"));
    expect(await reached(app, "/no/such", HOST)).toBe(404);
  });

  test(".exclusive limits the search to its deployment and disables fallbacks", async () => {
    await using app = await scriptApp({
      ...scripts("app/2/own.ts", ...ALL.slice(1), ...FALLBACKS),
      "app/2/.exclusive": "",
    });
    expect(await reached(app, "/own", HOST)).toBe("app/2/own.ts");
    expect(await reached(app, "/x", HOST)).toBe(404);
    expect(await reached(app, "/no/such", HOST)).toBe(404);
    expect(await reached(app, "/x")).toBe("x.ts");
  });

  test("removing .exclusive opens the other roots again", async () => {
    await using app = await scriptApp({ ...scripts("app/x.ts"), "app/2/.exclusive": "" });
    expect(await reached(app, "/x", HOST)).toBe(404);
    await rm(join(app.scripts.path, "app/2/.exclusive"));
    app.services.scripts.changes.emit({ kind: "removed", file: "app/2/.exclusive", origin: "disk" });
    expect(await reached(app, "/x", HOST)).toBe("app/x.ts");
  });
});

describe("no match", () => {
  const HOST = { host: `app.p1-c1-exec-2.${NODE}` };

  test("is an HTML page that lists what was tried", async () => {
    await using app = await scriptApp({});
    const answer = await app.ask("/no/<b>", { headers: HOST });
    expect(answer).toMatchObject({ status: 404, type: "text/html; charset=utf-8" });
    expect(answer.text).toContain("<h1>404 Not Found</h1>");
    expect(answer.text).toContain("app/2/no/&lt;b&gt;.ts");
    expect(answer.text).not.toContain("<b>");
    expect(answer.text).not.toContain(app.scripts.path);
  });

  test.each(["application/json", "application/problem+json", "application/json, text/html;q=0.5"])(
    "is JSON for Accept: %s",
    async (accept) => {
      await using app = await scriptApp({});
      const { status, type, json } = await app.ask("/no", { headers: { ...HOST, accept } });
      expect({ status, type }).toEqual({ status: 404, type: "application/json; charset=utf-8" });
      expect(json).toMatchObject({
        error: expect.any(String),
        code: "ERROR_404",
        timestamp: expect.any(String),
      });
      expect(json.details.tried).toEqual([
        ...["app/2/no", "app/no", "2/no", "no"].flatMap((base) =>
          [".ts", ".js", "/index.ts", "/index.js"].map((end) => base + end),
        ),
        ...["app.ts", "app.js", "app/index.ts", "app/index.js", "index.ts", "index.js"],
      ]);
    },
  );

  test.each(["*/*", "text/html", "text/html, application/json;q=0.9"])(
    "is a page for Accept: %s",
    async (accept) => {
      await using app = await scriptApp({});
      expect((await app.ask("/no", { headers: { accept } })).type).toBe("text/html; charset=utf-8");
    },
  );

  test("a disabled script is a 404 text and does not run", async () => {
    await using app = await scriptApp({
      "default/1/off.ts": "// @enabled false\nshared.ran = true;\nreturn 1;",
      "default/1/ran.ts": "return shared.ran ?? false;",
    });
    expect(await app.ask("/off")).toMatchObject({
      status: 404,
      text: "Not Found",
      type: "text/plain; charset=utf-8",
    });
    expect((await app.ask("/ran")).text).toBe("false");
  });

  test("/favicon.ico is answered by the service, whatever scripts there are", async () => {
    await using app = await scriptApp(scripts("default/1/[name].ts", "default/1/favicon.ts", "index.ts"));
    const answer = await app.ask("/favicon.ico");
    expect(answer.status).toBeWithin(200, 205);
    expect(answer.text).not.toContain("scriptPath");
  });

  test("scripts are not below the API prefix", async () => {
    await using app = await scriptApp(
      scripts("default/1/echo.ts", "default/1/api/v1/exec/echo.ts", "index.ts"),
    );
    const { status, type } = await app.ask("/api/v1/exec/echo", { method: "POST" });
    expect({ status, type }).toEqual({ status: 404, type: "application/json; charset=utf-8" });
  });

  test("the control API is matched on the raw path only", async () => {
    await using app = await scriptApp(scripts("default/1/[...all].ts"));
    expect(await reached(app, "/api%2Fv1/exec/health")).toBe("default/1/[...all].ts");
    expect(await reached(app, "/api/v1/executor")).toBe("default/1/[...all].ts");
    expect(await reached(app, "/openapi.jsonx")).toBe("default/1/[...all].ts");
  });
});

describe("Markdown documents", () => {
  const FILES = {
    "default/1/guide.md": "# Guide\n",
    "default/1/echo.md": "# Echo\n",
    "default/1/echo.ts": "return 'echo';",
    "default/1/off.md": "# Off\n",
    "default/1/off.ts": "// @enabled false\nreturn 1;",
    "default/1/closed.md": "# Closed\n",
    "default/1/closed.ts": "// @token s3cret\nreturn 1;",
    "default/1/ai.system.md": "be kind",
    "default/1/_system.md": "be kind",
    "default/1/sub/index.md": "# Sub\n",
    "default/1/[any].ts": "return 'script';",
  };

  test.each<[string, string, number, string]>([
    ["a document alone", "/guide.md", 200, "# Guide\n"],
    ["a document beside its script", "/echo.md", 200, "# Echo\n"],
    ["a document in a directory", "/sub/index.md", 200, "# Sub\n"],
    ["an absent document is never a script", "/absent.md", 404, "Documentation not found: /absent.md"],
    ["the system prompt of a script", "/ai.system.md", 404, "Documentation not found: /ai.system.md"],
    ["the system prompt of a directory", "/_system.md", 404, "Documentation not found: /_system.md"],
    ["the document of a disabled script", "/off.md", 404, "Documentation not found: /off.md"],
  ])("%s", async (_name, path, status, text) => {
    await using app = await scriptApp(FILES);
    const answer = await app.ask(path);
    expect(answer).toMatchObject({ status, text });
    expect(answer.type).toBe(status === 200 ? "text/markdown; charset=utf-8" : "text/plain; charset=utf-8");
  });

  test("a document is under the token of its script", async () => {
    await using app = await scriptApp(FILES);
    expect((await app.ask("/closed.md")).status).toBe(401);
    expect((await app.ask("/closed.md", { headers: { "x-token": "s3cret" } })).text).toBe("# Closed\n");
  });
});

describe("odd Hosts", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startProcess({
      files: {
        ...scripts("default/1/a.ts", "default/2/a.ts", "app/2/a.ts", "secret/2/a.ts"),
        "default/1/.exclusive": "",
      },
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** Sends a request with these lines as its headers; status and file that answered. */
  async function ask(head: readonly string[], target = "/a", version = "1.1") {
    const lines = [`GET ${target} HTTP/${version}`, ...head, "Connection: close", "", ""];
    const received = await sendRaw(server.url, lines.join("\r\n"));
    return {
      status: Number(/^HTTP\/1\.[01] (\d+)/.exec(received)?.[1] ?? 0),
      file: /"file":"([^"]*)"/.exec(received)?.[1] ?? null,
    };
  }

  const EXEC = `app.p1-c1-exec-2.${NODE}`;

  // A request is either refused, or answered by the deployment that its whole name says.
  test.each<[string, readonly string[]]>([
    ["a path", ["Host: a/../b"]],
    ["a path behind a name of ours", [`Host: ${EXEC}/../../secret`]],
    ["a user", ["Host: u@evil"]],
    ["a user who looks like a name of ours", [`Host: ${EXEC}@evil.test`]],
    ["a user before a name of ours", [`Host: evil@${EXEC}`]],
    ["two Host headers", ["Host: localhost", `Host: ${EXEC}`]],
    ["an IPv6 address", ["Host: [::1]:80"]],
    ["an IPv6 address with a zone", ["Host: [fe80::1%25eth0]"]],
    ["half an IPv6 address", ["Host: [::1"]],
    ["an empty Host", ["Host:"]],
    ["a Host of spaces", ["Host:    "]],
    ["no Host", []],
    ["10 kB", [`Host: ${"a".repeat(10_240)}`]],
    ["10 kB that end in a name of ours", [`Host: ${"a.".repeat(5_000)}p1-c1-exec-2.${NODE}`]],
    ["a name of ours with an empty label", [`Host: .p1-c1-exec-2.${NODE}`]],
    ["a name of ours below dots", [`Host: ...p1-c1-exec-2.${NODE}`]],
    ["a subdomain of two dots", [`Host: ..secret.p1-c1-exec-2.${NODE}`]],
    ["an encoded slash", [`Host: a%2f..%2fsecret.p1-c1-exec-2.${NODE}`]],
    ["a backslash", [`Host: a\\..\\secret.p1-c1-exec-2.${NODE}`]],
    ["a query", [`Host: localhost?x=${EXEC}`]],
    ["a fragment", [`Host: localhost#${EXEC}`]],
    ["a name of ours in a fragment", [`Host: evil.test#.p1-c1-exec-2.${NODE}`]],
    ["a port that is none", ["Host: localhost:99999"]],
    ["a port of letters", ["Host: localhost:abc"]],
    ["a port twice", [`Host: ${EXEC}:80:80`]],
    ["a NUL", ["Host: local\0host"]],
    ["letters beyond ASCII", ["Host: gr\u00f6\u00dfe.test"]],
    ["quotes and brackets", ['Host: "<script>"']],
    ["a tab inside", ["Host: local\thost"]],
  ])("%s never gives a 500 and never reaches another deployment", async (_name, head) => {
    const { status, file } = await ask(head);
    expect(status).toBeOneOf([200, 400, 404, 431]);
    // None of these names names `app/2` or another deployment unambiguously.
    expect(file).toBeOneOf([null, "default/1/a.ts"]);
    expect((await server.fetch("/a")).status).toBe(200);
  });

  test("two equal Host headers are refused or mean what they say", async () => {
    const { status, file } = await ask([`Host: ${EXEC}`, `Host: ${EXEC}`]);
    expect([status, file]).toBeOneOf([
      [200, "app/2/a.ts"],
      [400, null],
    ]);
  });

  test("HTTP/1.0 without Host is a 400", async () => {
    expect((await ask([], "/a", "1.0")).status).toBe(400);
  });

  test("HTTP/1.1 without Host is a 400", async () => {
    expect((await ask([])).status).toBe(400);
  });

  test.each<[string, string]>([
    ["in absolute form of another host", `http://${EXEC}/a`],
    ["without a leading slash", "a"],
    ["an asterisk", "*"],
    ["with a double slash that looks like a host", `//${EXEC}/a`],
    ["climbing out", "/../../app/2/a"],
    ["climbing out, encoded", "/%2e%2e/%2e%2e/app/2/a"],
    ["climbing out, slashes encoded", "/..%2f..%2fapp%2f2%2fa"],
    ["climbing out with backslashes", "/..\\..\\app\\2\\a"],
    ["with a NUL", "/a%00"],
    ["of 10 kB", `/${"a".repeat(10_000)}`],
    ["of 5000 segments", `/${"a/".repeat(5_000)}`],
  ])("a target %s never gives a 500 and never reaches another deployment", async (_name, target) => {
    const { status, file } = await ask(["Host: localhost"], target);
    expect(status).toBeOneOf([200, 400, 404, 414, 431]);
    expect(file).toBeOneOf([null, "default/1/a.ts"]);
  });

  test("a right name still reaches its deployment over the wire", async () => {
    expect(await ask([`Host: ${EXEC}`])).toEqual({ status: 200, file: "app/2/a.ts" });
  });
});
