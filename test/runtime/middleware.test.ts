import { describe, expect, test } from "bun:test";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";

/** One app over files of `default/1`. */
const appOf = (files: Readonly<Record<string, string>>): Promise<ScriptApp> =>
  scriptApp(Object.fromEntries(Object.entries(files).map(([name, text]) => [`default/1/${name}`, text])));

describe("pre", () => {
  test.each<[returned: string, type: string, text: string]>([
    ["return { stopped: true }", "application/json", '{"stopped":true}'],
    ['return "stopped"', "text/plain", "stopped"],
    ["return false", "text/plain", "false"],
    ["return 0", "text/plain", "0"],
    ['return ""', "text/plain", ""],
  ])("%s is the answer and the script does not run", async (pre, type, text) => {
    await using app = await appOf({
      "pre.ts": pre,
      "a.ts": "shared.ran = true",
      "b/ran.ts": "return shared",
    });
    const answer = await app.ask("/a");
    expect(answer.text).toBe(text);
    expect(answer.type).toStartWith(type);
    expect((await app.ask("/b/ran")).json).toEqual({});
  });

  test.each(["return null", "return undefined", "", "return Promise.resolve(null)"])(
    "%j lets the script run",
    async (pre) => {
      await using app = await appOf({ "pre.ts": pre, "a.ts": 'return "script"' });
      expect((await app.ask("/a")).text).toBe("script");
    },
  );

  test.each([
    "res.status(401).json({ error: 'no' })",
    "return res.status(401).json({ error: 'no' })",
    "await null; res.status(401).json({ error: 'no' }); return null",
    "module.exports = (req, res) => res.status(401).json({ error: 'no' })",
    "export default async (req, res) => { res.status(401).json({ error: 'no' }) }",
  ])("ending res stops: %s", async (pre) => {
    await using app = await appOf({
      "pre.ts": pre,
      "a.ts": "shared.ran = true",
      "b/ran.ts": "return shared",
    });
    const { status, json } = await app.ask("/a");
    expect([status, json]).toEqual([401, { error: "no" }]);
    expect((await app.ask("/b/ran")).json).toEqual({});
  });

  test("an answer that it only began is gone on with by the script", async () => {
    await using app = await appOf({
      "pre.ts": 'res.write("from pre, "); await null',
      "a.ts": 'res.end("from the script")',
    });
    expect((await app.ask("/a")).text).toBe("from pre, from the script");
  });

  test("what it puts on req, the script and post find there", async () => {
    await using app = await appOf({
      "pre.js": 'req.user = { name: "ada" }; req.body = { replaced: true }',
      "a.ts": "return { user: req.user, body: req.body }",
      "post.js": "return { ...mainResult, after: req.user.name }",
    });
    const { json } = await app.ask("/a", { method: "POST", body: "x" });
    expect(json).toEqual({ user: { name: "ada" }, body: { replaced: true }, after: "ada" });
  });

  test("a header and a status it sets stay on the script's answer", async () => {
    await using app = await appOf({
      "pre.ts": 'res.setHeader("x-pre", "1"); res.status(202)',
      "a.ts": "return { a: 1 }",
    });
    const { status, headers } = await app.ask("/a");
    expect([status, headers.get("x-pre")]).toEqual([202, "1"]);
  });

  test("it sees the body, the metadata and shared like any script", async () => {
    await using app = await appOf({
      "pre.ts": "shared.seen = [req.body.a, metadata.query.q, metadata.scriptPath]",
      "a.ts": "return shared.seen",
    });
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":1}' };
    expect((await app.ask("/a?q=2", init)).json).toEqual([1, "2", "default/1/a.ts"]);
  });

  test("it runs for each request", async () => {
    await using app = await appOf({ "pre.ts": "shared.n = (shared.n ?? 0) + 1", "a.ts": "return shared.n" });
    await app.ask("/a");
    expect((await app.ask("/a")).text).toBe("2");
  });
});

describe("post", () => {
  test("sees mainResult, and what it returns replaces the answer", async () => {
    await using app = await appOf({ "a.ts": "return { a: 1 }", "post.ts": "return { was: mainResult }" });
    expect((await app.ask("/a")).json).toEqual({ was: { a: 1 } });
  });

  test("a handler that it exports sees mainResult too", async () => {
    await using app = await appOf({
      "a.ts": "return 1",
      "post.ts": "module.exports = (req, res, metadata) => ({ was: mainResult, path: metadata.path })",
    });
    expect((await app.ask("/a")).json).toEqual({ was: 1, path: "/a" });
  });

  test.each(["return null", "return undefined", ""])("%j keeps the answer", async (post) => {
    await using app = await appOf({ "a.ts": 'return "script"', "post.ts": post });
    expect((await app.ask("/a")).text).toBe("script");
  });

  test("cannot replace an answer whose headers are sent", async () => {
    await using app = await appOf({
      "a.ts": "res.json({ a: 1 })",
      "post.ts": "shared.ran = true; return 'late'",
    });
    expect((await app.ask("/a")).json).toEqual({ a: 1 });
  });

  test("runs after a pre that stopped, and may replace what that returned", async () => {
    await using app = await appOf({
      "pre.ts": "return { stopped: true }",
      "a.ts": "shared.ran = true",
      "post.ts": "return { was: mainResult, ran: shared.ran ?? false }",
    });
    expect((await app.ask("/a")).json).toEqual({ was: { stopped: true }, ran: false });
  });

  test("may answer by res itself", async () => {
    await using app = await appOf({ "a.ts": "return { a: 1 }", "post.ts": "res.status(418).send('tea')" });
    const { status, text } = await app.ask("/a");
    expect([status, text]).toEqual([418, "tea"]);
  });

  test("mainResult is in no other script", async () => {
    await using app = await appOf({ "a.ts": "return typeof mainResult" });
    expect((await app.ask("/a")).text).toBe("undefined");
  });
});

describe("where middleware applies", () => {
  const files = {
    "pre.ts": 'return "stopped"',
    "a.ts": 'return "a"',
    "index.ts": 'return "index"',
    "sub/b.ts": 'return "b"',
  };

  test.each([
    ["/a", "stopped"],
    ["/", "stopped"],
    ["/sub/b", "b"],
  ])("%s answers %s: to its own directory, index included, not to directories below", async (path, text) => {
    await using app = await appOf(files);
    expect((await app.ask(path)).text).toBe(text);
  });

  test("it is no route itself", async () => {
    await using app = await appOf({ "sub/pre.ts": "return 1", "sub/post.js": "return 1" });
    expect((await app.ask("/sub/pre")).status).toBe(404);
    expect((await app.ask("/sub/post")).status).toBe(404);
  });

  test("it is live as soon as it is written, changed and gone", async () => {
    await using app = await appOf({ "a.ts": 'return "a"' });
    expect((await app.ask("/a")).text).toBe("a");
    await app.write("pre.ts", 'return "one"');
    expect((await app.ask("/a")).text).toBe("one");
    await app.write("pre.ts", 'return "two"');
    expect((await app.ask("/a")).text).toBe("two");
    await app.call("DELETE", "/api/v1/exec/scripts/delete?path=pre.ts&confirm=true");
    expect((await app.ask("/a")).text).toBe("a");
  });

  test("the token of the script is asked for before pre runs", async () => {
    await using app = await appOf({
      "pre.ts": "shared.ran = true",
      "a.ts": "// @token t\nreturn 1",
      "b/r.ts": "return shared",
    });
    expect((await app.ask("/a")).status).toBe(401);
    expect((await app.ask("/b/r")).json).toEqual({});
  });

  test("a pre that throws ends the request; the error names it", async () => {
    await using app = await appOf({ "pre.ts": 'throw new Error("broken pre")', "a.ts": "shared.ran = true" });
    const { status, json } = await app.ask("/a", { headers: { accept: "application/json" } });
    expect(status).toBe(500);
    expect(json).toMatchObject({ error: "broken pre", details: { script: "default/1/pre.ts", line: 1 } });
  });

  test("middleware has no AI names", async () => {
    await using app = await appOf({
      "pre.ts": "return [typeof ai, typeof openai, typeof model, typeof generateText]",
      "a.ts": "",
    });
    expect((await app.ask("/a")).json).toEqual(["undefined", "undefined", "undefined", "undefined"]);
  });

  test("a worker script is wrapped like a serverless one", async () => {
    await using app = await appOf({
      "pre.ts": "req.n = 1",
      "a.ts": "// @mode worker\nreturn { n: req.n }",
      "post.ts": "return { ...mainResult, post: true }",
    });
    expect((await app.ask("/a")).json).toEqual({ n: 1, post: true });
  });
});
