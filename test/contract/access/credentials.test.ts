import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { tokenOf, WRONG_TOKEN } from "../../support/api-tokens.ts";
import { type TestApp, testApp } from "../../support/app.ts";

const LIST = "/api/v1/exec/list";
const GOOD = tokenOf("read");

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ flags: [`--api-token=${GOOD}:read`] });
});
afterAll(() => app[Symbol.asyncDispose]());

const statusOf = async (path: string, headers: Record<string, string>) =>
  (await app.fetch(path, { headers })).status;

describe("where a token may stand", () => {
  test.each<[string, Record<string, string>]>([
    ["Authorization: Bearer", { authorization: `Bearer ${GOOD}` }],
    ["the scheme in any case", { authorization: `bEARER  ${GOOD} ` }],
    ["X-API-Key", { "x-api-key": GOOD }],
    ["X-API-Key beside another scheme", { authorization: "Basic eDp5", "x-api-key": GOOD }],
    ["X-API-Key beside an empty Bearer", { authorization: "Bearer ", "x-api-key": GOOD }],
    ["Bearer before a wrong X-API-Key", { authorization: `Bearer ${GOOD}`, "x-api-key": WRONG_TOKEN }],
  ])("%s opens", async (_name, headers) => {
    expect(await statusOf(LIST, headers)).toBe(200);
  });

  test.each<[string, string, Record<string, string>]>([
    ["the query's api_key", `${LIST}?api_key=${GOOD}`, {}],
    ["the query's token", `${LIST}?token=${GOOD}`, {}],
    ["a WebSocket subprotocol", LIST, { "sec-websocket-protocol": `api-key.${GOOD}` }],
    ["the password of Basic", LIST, { authorization: `Basic ${btoa(`x:${GOOD}`)}` }],
    ["X-Token", LIST, { "x-token": GOOD }],
    ["a cookie", LIST, { cookie: `token=${GOOD}` }],
    ["a body of its own kind", LIST, { authorization: GOOD }],
    [
      "Bearer, being wrong, before a right X-API-Key",
      LIST,
      { authorization: "Bearer no", "x-api-key": GOOD },
    ],
    ["two tokens in one header", LIST, { authorization: `Bearer ${GOOD}, Bearer ${GOOD}` }],
    ["another case", LIST, { "x-api-key": GOOD.toUpperCase() }],
    ["its beginning", LIST, { "x-api-key": GOOD.slice(0, -1) }],
    ["more than it", LIST, { "x-api-key": `${GOOD}x` }],
    ["with its role", LIST, { "x-api-key": `${GOOD}:read` }],
    ["an empty header", LIST, { "x-api-key": "" }],
  ])("%s does not", async (_name, path, headers) => {
    expect(await statusOf(path, headers)).toBe(401);
  });

  test("input is looked at last: a caller without a token learns nothing of it", async () => {
    const init = { method: "POST", headers: { "content-type": "text/plain" }, body: "{" };
    expect((await app.fetch("/api/v1/exec/scripts/write", init)).status).toBe(401);
  });

  test("HEAD asks for what GET asks for", async () => {
    expect((await app.fetch(LIST, { method: "HEAD" })).status).toBe(401);
    expect((await app.fetch(LIST, { method: "HEAD", headers: { "x-api-key": GOOD } })).status).toBe(200);
  });
});

describe("without tokens configured", () => {
  test.each<[string, Record<string, string>]>([
    ["no credential", {}],
    ["any credential", { authorization: `Bearer ${WRONG_TOKEN}`, "x-api-key": "x" }],
  ])("%s is let in: the server listens on loopback", async (_name, headers) => {
    await using open = await testApp();
    expect((await open.fetch(LIST, { headers })).status).toBe(200);
  });
});
