import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bearer, tokenOf } from "../../support/api-tokens.ts";
import { type TestApp, testApp } from "../../support/app.ts";

const LIST = "/api/v1/exec/list";
const TOKEN = tokenOf("admin");

let open: TestApp;
let guarded: TestApp;
beforeAll(async () => {
  open = await testApp();
  guarded = await testApp({ flags: [`--api-token=${TOKEN}`] });
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await guarded[Symbol.asyncDispose]();
});

const apps = () =>
  [
    ["without tokens", open, {}],
    ["with a token", guarded, bearer(TOKEN)],
  ] as const;

describe("pages of others are refused, with a token as without", () => {
  test.each<[string, Record<string, string>]>([
    ["a foreign Origin", { origin: "http://evil.example" }],
    ["an opaque Origin", { origin: "null" }],
    ["our host on another port", { origin: "http://localhost:3000" }],
    ["Sec-Fetch-Site: cross-site", { "sec-fetch-site": "cross-site" }],
  ])("%s", async (_name, headers) => {
    for (const [, app, credential] of apps()) {
      const { status, body } = await app.call("GET", LIST, undefined, { ...headers, ...credential });
      expect(status).toBe(403);
      expect(body.error).toStartWith("Cross-site request refused");
    }
  });

  test("before the token is looked at: a page learns nothing of it", async () => {
    const { status } = await guarded.call("GET", LIST, undefined, { origin: "http://evil.example" });
    expect(status).toBe(403);
  });

  test("a preflight is refused without a header that allows anything", async () => {
    for (const [, app] of apps()) {
      const response = await app.fetch("/api/v1/exec/scripts/write", {
        method: "OPTIONS",
        headers: {
          origin: "http://evil.example",
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization,content-type",
        },
      });
      expect(response.status).toBe(403);
      const names = [...response.headers.keys()].filter((name) => name.startsWith("access-control-"));
      expect(names).toEqual([]);
    }
  });
});

describe("our own pages pass", () => {
  test.each<[string, Record<string, string>]>([
    ["our Origin", { origin: "http://localhost", "sec-fetch-site": "same-origin" }],
    ["a request typed into the address bar", { "sec-fetch-site": "none" }],
  ])("%s", async (_name, headers) => {
    for (const [, app, credential] of apps()) {
      expect((await app.call("GET", LIST, undefined, { ...headers, ...credential })).status).toBe(200);
    }
  });

  test("the Origin behind a trusted proxy is the name the browser used", async () => {
    const headers = { origin: "https://exec.example", "x-forwarded-host": "exec.example" };
    await using behind = await testApp({ flags: ["--trust-proxy"] });
    expect((await behind.call("GET", LIST, undefined, headers)).status).toBe(200);
    expect((await open.call("GET", LIST, undefined, headers)).status).toBe(403);
  });
});

describe("Host names", () => {
  const rebound = { host: "rebound.example" };

  test("a foreign one is refused without tokens: DNS can be pointed at loopback", async () => {
    expect((await open.call("GET", LIST, undefined, rebound)).status).toBe(403);
  });

  test("X-Forwarded-Host makes none of it ours", async () => {
    await using behind = await testApp({ flags: ["--trust-proxy"] });
    const headers = { ...rebound, "x-forwarded-host": "localhost" };
    expect((await behind.call("GET", LIST, undefined, headers)).status).toBe(403);
  });

  test("with tokens every Host is answered: no page of others has one", async () => {
    expect((await guarded.call("GET", LIST, undefined, { ...rebound, ...bearer(TOKEN) })).status).toBe(200);
    expect((await guarded.call("GET", LIST, undefined, rebound)).status).toBe(401);
  });
});

test("a changing request with a body that is not JSON is 415, with a token as without", async () => {
  for (const [, app, credential] of apps()) {
    const response = await app.fetch("/api/v1/exec/scripts/write", {
      method: "POST",
      headers: { "content-type": "text/plain", ...credential },
      body: '{"path":"a.js","content":""}',
    });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: "ERROR_415" });
  }
});
