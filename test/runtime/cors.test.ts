import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

const ORIGIN = "https://app.example";
/** Stands for a request without the header. */
const NO_ORIGIN = "";

/** CORS headers of a script's answer, by their short names. */
function corsOf(headers: Headers): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (name.startsWith("access-control-")) found[name.slice("access-control-".length)] = value;
  }
  return found;
}

async function ask(directives: readonly string[], init: RequestInit = {}, body = "return { a: 1 }") {
  await using app = await scriptApp({
    "default/1/a.ts": `${directives.map((each) => `// @${each}\n`).join("")}${body}`,
  });
  const headers = new Headers({ origin: ORIGIN, ...(init.headers as object) });
  if (headers.get("origin") === NO_ORIGIN) headers.delete("origin");
  const answer = await app.ask("/a", { ...init, headers });
  const { status, text } = answer;
  return { status, text, cors: corsOf(answer.headers), vary: answer.headers.get("vary") };
}

describe("CORS headers of an answer", () => {
  test.each<[directives: readonly string[], cors: Record<string, string>]>([
    [[], {}],
    [["cors none"], {}],
    [["cors reflective"], { "allow-origin": ORIGIN }],
    [["cors *"], { "allow-origin": "*" }],
    [["cors *", "cors-credentials true"], { "allow-origin": ORIGIN, "allow-credentials": "true" }],
    [["cors reflective", "cors-credentials"], { "allow-origin": ORIGIN, "allow-credentials": "true" }],
    [[`cors ${ORIGIN}`], { "allow-origin": ORIGIN }],
    [["cors https://other.example"], {}],
    [["cors-credentials true"], {}],
  ])("%j give %j", async (directives, cors) => {
    expect((await ask(directives)).cors).toEqual(cors);
  });

  test("an answer that depends on the origin says so to caches", async () => {
    expect((await ask(["cors reflective"])).vary).toBe("Origin");
  });

  test.each([
    ["an origin that is not allowed", ["cors https://other.example"], {}, "Origin"],
    ["a request without Origin", ["cors reflective"], { headers: { origin: NO_ORIGIN } }, "Origin"],
    [
      "a preflight of an origin that is not allowed",
      ["cors https://o.example"],
      { method: "OPTIONS" },
      "Origin",
    ],
    ["everybody's answer", ["cors *"], {}, null],
    ["a script without CORS", [], {}, null],
  ])("so does that to %s when another one would be allowed", async (_, directives, init, vary) => {
    const answer = await ask(directives, init as RequestInit);
    expect(answer.vary).toBe(vary);
    if (vary !== null) expect(answer.cors).toEqual({});
  });

  test("a Vary of the script itself is kept", async () => {
    const { vary } = await ask(["cors reflective"], {}, 'res.setHeader("vary", "Accept"); return 1');
    expect(vary?.split(/, */).sort()).toEqual(["Accept", "Origin"]);
  });

  test("a request without Origin gets no CORS headers", async () => {
    await using app = await scriptApp({ "default/1/a.ts": "// @cors reflective\nreturn 1" });
    expect(corsOf((await app.ask("/a")).headers)).toEqual({});
  });

  test("a page of the origin can read errors as well: 401 and 500", async () => {
    const refused = await ask(["cors reflective", "token t"]);
    const failed = await ask(["cors reflective"], {}, 'throw new Error("x")');
    expect([refused.status, refused.cors]).toEqual([401, { "allow-origin": ORIGIN }]);
    expect([failed.status, failed.cors]).toEqual([500, { "allow-origin": ORIGIN }]);
  });

  test("a returned Response and a stream carry them too", async () => {
    const response = await ask(["cors reflective"], {}, 'return new Response("x", { status: 201 })');
    const stream = await ask(["cors reflective"], {}, 'return (function* () { yield "x" })()');
    expect([response.status, response.cors, stream.text, stream.cors]).toEqual([
      201,
      { "allow-origin": ORIGIN },
      "x",
      { "allow-origin": ORIGIN },
    ]);
  });
});

describe("preflights", () => {
  const preflight = (headers: Record<string, string> = {}): RequestInit => ({
    method: "OPTIONS",
    headers: { "access-control-request-method": "PUT", ...headers },
  });

  test("are answered 204 with methods, headers and age, without running the script", async () => {
    const { status, text, cors } = await ask(["cors reflective"], preflight(), 'throw new Error("ran")');
    expect([status, text]).toEqual([204, ""]);
    expect(cors).toEqual({
      "allow-origin": ORIGIN,
      "allow-methods": "GET,POST,PUT,PATCH,DELETE,OPTIONS",
      "allow-headers": "Content-Type,Authorization",
      "max-age": "86400",
    });
  });

  test("allow the headers that were asked for", async () => {
    const init = preflight({ "access-control-request-headers": "x-one, x-two" });
    expect((await ask(["cors *"], init)).cors["allow-headers"]).toBe("x-one, x-two");
  });

  test("follow @cors-methods, @cors-headers and @cors-max-age", async () => {
    const init = preflight({ "access-control-request-headers": "x-other" });
    const directives = ["cors *", "cors-methods GET, PUT", "cors-headers X-One, X-Two", "cors-max-age 60"];
    const { cors } = await ask(directives, init);
    expect(cors["allow-methods"]?.split(/, */)).toEqual(["GET", "PUT"]);
    expect(cors["allow-headers"]?.split(/, */)).toEqual(["X-One", "X-Two"]);
    expect(cors["max-age"]).toBe("60");
  });

  test.each<[string, readonly string[], string]>([
    ["a script without @cors", [], "/a"],
    ["a script for another origin", ["cors https://other.example"], "/a"],
    ["a disabled script", ["enabled false", "cors reflective"], "/a"],
    ["a path without a script", [], "/nothing"],
  ])("%s answers 204 without allowing anything", async (_name, directives, path) => {
    await using app = await scriptApp({
      "default/1/a.ts": `${directives.map((each) => `// @${each}\n`).join("")}return 1`,
    });
    const { status, headers } = await app.ask(path, { method: "OPTIONS", headers: { origin: ORIGIN } });
    expect(status).toBe(204);
    expect(corsOf(headers)).toEqual({});
  });

  test("need no token: browsers send none", async () => {
    const { status, cors } = await ask(["cors reflective", "token t"], preflight());
    expect([status, cors["allow-origin"]]).toEqual([204, ORIGIN]);
  });

  test("never run a script, whatever it exports", async () => {
    const { status, text } = await ask([], preflight(), "export const OPTIONS = () => new Response('ran')");
    expect([status, text]).toEqual([204, ""]);
  });
});
