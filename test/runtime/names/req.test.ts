import { describe, expect, test } from "bun:test";
import { scriptApp } from "../../support/script-app.ts";
import { gives, scriptRows } from "../../support/script-rows.ts";
import { until } from "../../support/until.ts";

describe("req", () => {
  const json = (body: string, method = "POST"): RequestInit => ({
    method,
    headers: { "content-type": "application/json" },
    body,
  });
  scriptRows({
    method: gives("req.method", "PUT", { init: { method: "PUT" } }),
    "headers: a plain object with lower-case keys": gives(
      "req.headers['x-some'], req.headers['X-Some'], Object.keys(req.headers).every((key) => key === key.toLowerCase())",
      null,
      { init: { headers: { "X-Some": "a" } }, json: ["a", null, true] },
    ),
    "headers: a repeated field is joined": gives("req.headers['x-some']", "a, b", {
      init: {
        headers: [
          ["x-some", "a"],
          ["x-some", "b"],
        ],
      },
    }),
    "url: path and query string": gives("req.url", "/row-3-ts?a=1&b=%20", { at: "?a=1&b=%20" }),
    "body: the parsed JSON": gives("req.body", { n: 1 }, { init: json('{"n":1}') }),
    "body: null for GET": gives("req.body", null),
    "rawBody: a Buffer of the bytes received": gives(
      "Buffer.isBuffer(req.rawBody), req.rawBody.toString()",
      null,
      {
        init: json('{ "n" :1 }'),
        json: [true, '{ "n" :1 }'],
      },
    ),
    "query does not exist": gives("req.query === undefined, 'query' in req", null, {
      at: "?a=1",
      json: [true, false],
    }),
    "signal: an AbortSignal that is not aborted": gives(
      "req.signal.aborted, typeof req.signal.addEventListener",
      null,
      {
        json: [false, "function"],
      },
    ),
    "ip: the client's address": gives("req.ip", "127.0.0.1"),
    "cookies: by name, decoded": gives(
      "req.cookies",
      { a: "1", b: "x y", c: "%zz" },
      {
        init: { headers: { cookie: 'a=1; b="x%20y"; a=2; c=%zz; =d; e' } },
      },
    ),
    "cookies: none": gives("req.cookies", {}),
    "path: without the query": gives("req.path", "/row-12-ts", { at: "?a=1" }),
    "get(name): a header in any case": gives("req.get('X-SOME'), req.get('x-other')", null, {
      init: { headers: { "x-some": "a" } },
      json: ["a", null],
    }),
    "fields may be set by the script": gives("(req.user = 'u', req.body = 2, req.user), req.body", null, {
      json: ["u", 2],
    }),
  });

  test("params holds the route parameters", async () => {
    await using app = await scriptApp({ "default/1/users/[id].ts": "return req.params;" });
    expect((await app.ask("/users/7?id=8&x=1")).json).toEqual({ id: "7" });
  });

  test("files holds the files of a multipart body", async () => {
    const form = new FormData();
    form.set("note", "text");
    form.set("doc", new File(["abc"], "a.txt", { type: "text/plain" }));
    await using app = await scriptApp({
      "default/1/up.ts":
        "return { body: req.body, files: req.files.map(({ data, ...rest }) => ({ ...rest, isBuffer: Buffer.isBuffer(data), text: String(data) })) };",
    });
    const { body, files } = (await app.ask("/up", { method: "POST", body: form })).json;
    expect(body).toEqual({ note: "text" });
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({
      fieldName: "doc",
      filename: "a.txt",
      size: 3,
      isBuffer: true,
      text: "abc",
    });
    expect(files[0].type).toStartWith("text/plain");
  });

  test("signal is aborted when the client goes away", async () => {
    await using app = await scriptApp({
      "default/1/wait.ts":
        "shared.seen = 'waiting';\nawait new Promise((done) => req.signal.addEventListener('abort', done));\nshared.seen = 'aborted';",
      "default/1/seen.ts": "return shared.seen;",
    });
    const client = new AbortController();
    const answer = app.fetch("/wait", { signal: client.signal });
    await until(
      () => app.ask("/seen"),
      ({ text }) => text === "waiting",
    );
    client.abort();
    await until(
      () => app.ask("/seen"),
      ({ text }) => text === "aborted",
    );
    await answer;
  });
});
