import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import pino from "pino";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";

const SECRET = "s3cret-Token";
const OTHER = "0ther-Token";
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

let app: ScriptApp;
beforeAll(async () => {
  app = await scriptApp({
    "default/1/a.ts": `// @token ${SECRET} for the shop\n// @token ${OTHER}\nshared.ran = (shared.ran ?? 0) + 1;\nreturn "in"`,
    "default/1/ran.ts": "return shared.ran ?? 0",
    "default/1/doc.ts": `// @token ${SECRET}\nreturn 1`,
    "default/1/doc.md": "# Doc",
  });
});
afterAll(() => app[Symbol.asyncDispose]());

describe("a token opens the script", () => {
  test.each<[string, Record<string, string>, string]>([
    ["as a Bearer credential", { authorization: `Bearer ${SECRET}` }, ""],
    ["whatever the case of the scheme", { authorization: `bearer ${SECRET}` }, ""],
    ["as the password of Basic", { authorization: basic(`user:${SECRET}`) }, ""],
    ["as the password of Basic without a user", { authorization: basic(`:${SECRET}`) }, ""],
    ["in X-Token", { "x-token": SECRET }, ""],
    ["in the query", {}, `?token=${SECRET}`],
    ["in the query, percent-encoded", {}, `?a=1&token=${encodeURIComponent(SECRET).replace("-", "%2D")}`],
    ["being the second of two", { "x-token": OTHER }, ""],
  ])("%s", async (_name, headers, query) => {
    const { status, text } = await app.ask(`/a${query}`, { headers });
    expect([status, text]).toEqual([200, "in"]);
  });

  test("in a query that stands percent-encoded in the path, as some clients send it", async () => {
    expect((await app.ask(`/a%3Ftoken%3D${SECRET}`)).status).toBe(200);
  });
});

describe("without a right token the script does not run", () => {
  test.each<[string, Record<string, string>, string]>([
    ["nothing", {}, ""],
    ["a wrong Bearer", { authorization: "Bearer nope" }, ""],
    ["a wrong password", { authorization: basic("user:nope") }, ""],
    ["the token as the user of Basic", { authorization: basic(`${SECRET}:`) }, ""],
    ["a wrong X-Token", { "x-token": "nope" }, ""],
    ["a wrong query", {}, "?token=nope"],
    ["an empty query", {}, "?token="],
    ["a beginning of the token", { "x-token": SECRET.slice(0, -1) }, ""],
    ["more than the token", { "x-token": `${SECRET}x` }, ""],
    ["the token in another case", { "x-token": SECRET.toUpperCase() }, ""],
    ["the note behind the token", { "x-token": "for the shop" }, ""],
    ["the token and its note", { "x-token": `${SECRET} for the shop` }, ""],
    ["the redaction mark", { "x-token": "[REDACTED]" }, ""],
    ["two tokens in one header", { "x-token": `${SECRET}, ${OTHER}` }, ""],
  ])("%s answers 401", async (_name, headers, query) => {
    const before = (await app.ask("/ran")).text;
    const { status, headers: answered, json } = await app.ask(`/a${query}`, { headers });
    expect(status).toBe(401);
    expect(json).toEqual({
      error: "Unauthorized",
      code: "ERROR_401",
      timestamp: expect.any(String),
      message: expect.any(String),
    });
    expect(answered.get("www-authenticate")).toBe('Bearer realm="hoody-exec"');
    expect((await app.ask("/ran")).text).toBe(before);
  });

  test.each<[string, Record<string, string>, string]>([
    ["Bearer before X-Token", { authorization: "Bearer nope", "x-token": SECRET }, ""],
    ["Basic before X-Token", { authorization: basic("u:nope"), "x-token": SECRET }, ""],
    ["X-Token before the query", { "x-token": "nope" }, `?token=${SECRET}`],
    ["Bearer before the query", { authorization: "Bearer nope" }, `?token=${SECRET}`],
  ])("the first credential decides: %s", async (_name, headers, query) => {
    expect((await app.ask(`/a${query}`, { headers })).status).toBe(401);
  });

  test.each<[string, Record<string, string>, string]>([
    ["Bearer before X-Token", { authorization: `Bearer ${SECRET}`, "x-token": "nope" }, "?token=nope"],
    ["X-Token before the query", { "x-token": SECRET }, "?token=nope"],
  ])("a later wrong one does no harm: %s", async (_name, headers, query) => {
    expect((await app.ask(`/a${query}`, { headers })).status).toBe(200);
  });

  test.each(["POST", "HEAD", "DELETE"])("%s is guarded like GET", async (method) => {
    expect((await app.ask("/a", { method })).status).toBe(401);
  });

  test("the document beside the script is guarded like it", async () => {
    expect((await app.ask("/doc.md")).status).toBe(401);
    expect((await app.ask("/doc.md", { headers: { "x-token": SECRET } })).text).toBe("# Doc");
  });

  test("so is the document beside a script that does not compile", async () => {
    await using own = await scriptApp({
      "default/1/a.ts": `// @token ${SECRET}\nconst hidden = ;`,
      "default/1/a.md": "# Doc",
    });
    const refused = await own.ask("/a.md");
    expect(refused.status).toBe(401);
    expect(refused.text).not.toContain("hidden");
    expect((await own.ask(`/a.md?token=${SECRET}`)).text).toBe("# Doc");
  });

  test("the body of a refused request is not looked at", async () => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{" };
    expect((await app.ask("/a", init)).status).toBe(401);
  });

  test("a new token holds from the next request on", async () => {
    await using own = await scriptApp({ "default/1/a.ts": "// @token old\nreturn 1" });
    expect((await own.ask("/a?token=old")).status).toBe(200);
    await own.write("a.ts", "// @token new\nreturn 1");
    expect((await own.ask("/a?token=old")).status).toBe(401);
    expect((await own.ask("/a?token=new")).status).toBe(200);
  });
});

describe("secrets", () => {
  test("neither the token nor what was sent stands in the answer or in the log", async () => {
    const lines: string[] = [];
    const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
    await using own = await scriptApp({ "default/1/a.ts": `// @token ${SECRET}\nthrow new Error("x")` }, [], {
      log,
    });
    const refused = await own.ask("/a?token=wr0ng-one");
    const failed = await own.ask(`/a?token=${SECRET}`);
    expect([refused.status, failed.status]).toEqual([401, 500]);
    const seen = [refused.text, failed.text, ...lines].join("\n");
    expect(seen).not.toContain(SECRET);
    expect(seen).not.toContain("wr0ng-one");
  });

  test("a guarded script that does not compile shows nothing of its source without the token", async () => {
    await using own = await scriptApp({ "default/1/a.ts": `// @token ${SECRET}\nconst hidden = ;` });
    const refused = await own.ask("/a");
    expect(refused.status).toBe(401);
    expect(refused.text).not.toContain("hidden");
    expect((await own.ask(`/a?token=${SECRET}`)).text).toContain("const hidden");
  });
});
