import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bearer, tokenOf } from "../../support/api-tokens.ts";
import { type ScriptApp, scriptApp } from "../../support/script-app.ts";

const CONTROL = tokenOf("admin");
/** Holds what separates the parts of a URL. */
const AWKWARD = "T0ken&of=parts#5f3a9c";
const OWN = "0wn-token-of-the-script";
const basic = (text: string) => `Basic ${btoa(text)}`;

const files = {
  "default/1/show.ts": "return { headers: req.headers, url: req.url, query: metadata.query }",
  "default/1/web.ts":
    "export default { fetch: (request) => Response.json([...request.headers, ...request.clone().headers]) }",
  "default/1/guarded.ts": `// @token ${OWN}\nreturn "in"`,
  "default/1/same.ts": `// @token ${CONTROL}\nreturn "in"`,
};

let app: ScriptApp;
beforeAll(async () => {
  app = await scriptApp(files, [`--api-token=${CONTROL}`, `--api-token=${AWKWARD}`]);
});
afterAll(() => app[Symbol.asyncDispose]());

const PLACES: readonly [string, Record<string, string>][] = [
  ["Authorization: Bearer", bearer(CONTROL)],
  ["the password of Authorization: Basic", { authorization: basic(`user:${CONTROL}`) }],
  ["Authorization without a scheme", { authorization: CONTROL }],
  ["X-API-Key", { "x-api-key": CONTROL }],
  ["X-Token", { "x-token": CONTROL }],
  ["a WebSocket subprotocol", { "sec-websocket-protocol": `chat, api-key.${CONTROL}` }],
  ["two credentials in one header", { authorization: `Bearer ${OWN}, Bearer ${CONTROL}` }],
];

describe("a token of the control API that comes with a request to a script", () => {
  test.each(PLACES)("in %s is not shown to the script, which runs", async (_name, headers) => {
    for (const path of ["/show", "/web"]) {
      const { status, text } = await app.ask(path, { headers: { ...headers, "x-other": "stays" } });
      expect(status).toBe(200);
      expect(text).toContain("stays");
      expect(text).not.toContain(CONTROL);
      expect(text).not.toContain(btoa(`user:${CONTROL}`));
    }
  });

  test.each(PLACES)("in %s opens no @token, not even one of the same text", async (_name, headers) => {
    expect((await app.ask("/guarded", { headers })).status).toBe(401);
    expect((await app.ask("/same", { headers })).status).toBe(401);
  });

  test.each([
    `?token=${CONTROL}`,
    `?a=1&api_key=${CONTROL}`,
    `%3Ftoken%3D${CONTROL}`,
    `?t%6Fken=${CONTROL}`,
    `?token=${encodeURIComponent(AWKWARD)}`,
    `%3Ftoken%3D${encodeURIComponent(encodeURIComponent(AWKWARD))}`,
    `?broken=%zz&token=%54${CONTROL.slice(1)}`,
  ])("in the URL (%s) is refused before the script runs", async (query) => {
    for (const path of ["/show", "/guarded", "/same", "/none"]) {
      const { status, text } = await app.ask(path + query);
      expect(status).toBe(401);
      expect(text).not.toContain(CONTROL);
      expect(text).not.toContain(AWKWARD);
    }
  });
});

describe("credentials of the script's own", () => {
  test.each<[string, Record<string, string>]>([
    ["Bearer", bearer(OWN)],
    ["Basic", { authorization: basic(`user:${OWN}`) }],
    ["X-Token", { "x-token": OWN }],
  ])("%s reach it and open it, with tokens configured as without", async (_name, headers) => {
    expect((await app.ask("/guarded", { headers })).text).toBe("in");
    expect((await app.ask("/show", { headers })).json.headers).toMatchObject(headers);
  });

  test("in the query too", async () => {
    expect((await app.ask(`/guarded?token=${OWN}`)).text).toBe("in");
    expect((await app.ask("/show?token=x%")).status).toBe(200);
  });
});

test("without tokens configured nothing is taken off a request", async () => {
  await using open = await scriptApp(files);
  const { json } = await open.ask(`/show?token=${CONTROL}`, { headers: bearer(CONTROL) });
  expect(json.headers).toMatchObject(bearer(CONTROL));
  expect(json.query).toEqual({ token: CONTROL });
});
