import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

/** `req` and `res` as a result or in the log: what a script may read of them, and nothing of the server behind. */
const SECRETS = /endpoint|kept-in-the-header|source of the script|\$\$|_state/;
const HEADER = "// @token kept-in-the-header\n// @ai-key kept-in-the-header\n// the source of the script\n";

/** Bodies of scripts that hand `req` or `res` on, in all ways that people have of doing it. */
const WAYS: Readonly<Record<string, string>> = {
  "return req": "return req;",
  "res.json(req)": "res.json(req);",
  "a member of the result": "return { received: req };",
  "a spread": "return { ...req };",
  "JSON.stringify": "return JSON.stringify(req);",
  "res in the result": "return { res };",
  "the raw request": "return { req };",
};

describe("a request that becomes the result", () => {
  test.each(Object.entries(WAYS))("%s shows nothing of the server", async (name, body) => {
    const header = name === "the raw request" ? `// @rawBody\n${HEADER}` : HEADER;
    await using app = await scriptApp({ "default/1/a.ts": header + body });
    const { status, text } = await app.ask("/a", { headers: { "x-token": "kept-in-the-header" } });
    expect(status).toBe(200);
    expect(text.replaceAll('"x-token":"kept-in-the-header"', "")).not.toMatch(SECRETS);
  });

  test("has what a script may read of it, and what pre left on it", async () => {
    await using app = await scriptApp({
      "default/1/users/pre.ts": 'req.user = "ada";',
      "default/1/users/[id].ts": "return { received: req };",
    });
    const { json } = await app.ask("/users/7?a=1", {
      method: "POST",
      headers: { "content-type": "application/json", cookie: "c=1" },
      body: '{"b":2}',
    });
    expect(json.received).toMatchObject({
      method: "POST",
      url: "/users/7?a=1",
      path: "/users/7",
      headers: { cookie: "c=1" },
      params: { id: "7" },
      cookies: { c: "1" },
      ip: "127.0.0.1",
      body: { b: 2 },
      user: "ada",
    });
    expect(json.received).not.toHaveProperty("query");
  });
});

test("what pre left under a name with _ is shown, and the server's own fields are not", async () => {
  await using app = await scriptApp({
    "default/1/pre.ts": 'req._mine = "ada";',
    "default/1/a.ts": `${HEADER}req.headers; req.params; return JSON.stringify(req) + require("node:util").inspect(req);`,
  });
  const { text } = await app.ask("/a", { headers: { "x-token": "kept-in-the-header" } });
  expect(text).toContain('"_mine":"ada"');
  expect(text).toContain("_mine: 'ada'");
  expect(text.match(/\b_\w+/g)).toEqual(["_mine", "_mine"]);
});

describe("a request in the log", () => {
  test.each(["req", "res", "{ req, res }", "{ ...req }", "[req]"])(
    "console.log(%s) shows nothing of the server",
    async (value) => {
      await using app = await scriptApp({
        "default/1/a.ts": `${HEADER}console.log(${value}); return require("node:util").inspect(${value}, { depth: 9 });`,
      });
      const { status, text } = await app.ask("/a", {
        headers: { authorization: "Bearer kept-in-the-header" },
      });
      expect(status).toBe(200);
      expect(text.replaceAll("Bearer kept-in-the-header", "")).not.toMatch(SECRETS);
    },
  );

  test("console.log(req) shows method, URL, headers and body", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'return require("node:util").inspect(req, { depth: 4 });',
    });
    const { text } = await app.ask("/a?x=1", {
      method: "POST",
      headers: { "content-type": "application/json", "x-a": "b" },
      body: '{"z":1}',
    });
    for (const shown of ["method: 'POST'", "url: '/a?x=1'", "'x-a': 'b'", "body: { z: 1 }"])
      expect(text).toContain(shown);
  });
});
