import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

/** Names of Object.prototype: callers may choose them like any other. */
const ODD = ["constructor", "toString", "valueOf", "hasOwnProperty", "isPrototypeOf"] as const;
const PAIRS = Object.fromEntries(ODD.map((name, n) => [name, String(n)]));
const FORM = new URLSearchParams(PAIRS).toString();

/** A script that answers an object's own members. */
const own = (expression: string) => `return { ...${expression} }`;

describe.each(["", "// @mode worker\n", 'eval("1");\n'])(
  "names of built-ins that a caller chooses (%j)",
  (head) => {
    test.each<[where: string, source: string, path: string, init: RequestInit]>([
      ["the query, as metadata.query", own("metadata.query"), `/a?${FORM}`, {}],
      ["the query, as metadata.parameters", own("metadata.parameters"), `/a?${FORM}`, {}],
      ["cookies", own("req.cookies"), "/a", { headers: { cookie: FORM.replaceAll("&", "; ") } }],
      [
        "a form",
        own("req.body"),
        "/a",
        { method: "POST", body: FORM, headers: { "content-type": "application/x-www-form-urlencoded" } },
      ],
      [
        "JSON",
        own("req.body"),
        "/a",
        { method: "POST", body: JSON.stringify(PAIRS), headers: { "content-type": "application/json" } },
      ],
      [
        "headers",
        `const { ${ODD.map((name) => `${name.toLowerCase()}: ${name}`).join(", ")} } = req.headers; return { ${ODD.join(", ")} }`,
        "/a",
        { headers: PAIRS },
      ],
    ])("in %s arrive", async (_where, source, path, init) => {
      await using app = await scriptApp({ "default/1/a.ts": head + source });
      const { text } = await app.ask(path, init);
      expect(text).toBe(JSON.stringify(PAIRS));
    });

    test("in multipart fields arrive", async () => {
      await using app = await scriptApp({ "default/1/a.ts": head + own("req.body") });
      const body = new FormData();
      for (const [name, value] of Object.entries(PAIRS)) body.append(name, value);
      expect((await app.ask("/a", { method: "POST", body })).json).toEqual(PAIRS);
    });

    test("as route parameters arrive", async () => {
      await using app = await scriptApp({
        "default/1/[constructor]/[toString].ts": head + own("metadata.parameters"),
      });
      expect((await app.ask("/x/y")).json).toEqual({ constructor: "x", toString: "y" });
    });

    test("__proto__ changes no prototype", async () => {
      await using app = await scriptApp({
        "default/1/a.ts": `${head}return [metadata.query.polluted ?? null, ({}).polluted ?? null, req.cookies.polluted ?? null]`,
      });
      const { json } = await app.ask(
        "/a?__proto__=x&__proto__[polluted]=1&constructor[prototype][polluted]=1",
        {
          headers: { cookie: "__proto__=x" },
        },
      );
      expect(json).toEqual([null, null, null]);
    });
  },
);
