import { expect, test } from "bun:test";
import { apiDocument, apiSource } from "../../support/api-source.ts";
import { testApp } from "../../support/app.ts";

const LIST = "/api/v1/exec/list";

test("ids.list names every deployment with the number of its scripts", async () => {
  await using app = await testApp({
    files: {
      "default/1/a.ts": "",
      "default/1/sub/b.js": "",
      "default/1/notes.md": "",
      "default/1/node_modules/c.js": "",
      "default/empty/.keep": "",
      "default/Not-An-Id/x.ts": "",
      "app/2/x.ts": "",
      "_hoody/1/x.ts": "",
      "root.ts": "",
    },
  });
  const { status, body } = await app.call("GET", LIST);
  expect(status).toBe(200);
  expect(body).toEqual({
    execIds: [
      { id: "app/2", type: "custom", files: 1 },
      { id: "1", type: "custom", files: 2 },
      { id: "empty", type: "custom", files: 0 },
    ],
    total: 3,
    summary: { sdk: 0, custom: 3 },
  });
});

test("ids.list of a fresh installation has the default deployment, empty", async () => {
  await using app = await testApp();
  expect((await app.call("GET", LIST)).body).toEqual({
    execIds: [{ id: "1", type: "custom", files: 0 }],
    total: 1,
    summary: { sdk: 0, custom: 1 },
  });
});

test("ids.list tells imported deployments from others", async () => {
  await using api = await apiSource(apiDocument({ "/a": ["get", "put"], "/b/{id}": ["get"] }));
  await using app = await testApp({ flags: ["--sdk-import-allow-local"] });
  const source_url = `${api.document}?token=hidden`;
  await app.call("POST", "/api/v1/exec/sdk/import", { execId: "pets", source_url });
  expect((await app.call("GET", LIST)).body).toEqual({
    execIds: [
      { id: "1", type: "custom", files: 0 },
      { id: "pets", type: "sdk", source_url: `${api.document}?token=***`, files: 3 },
    ],
    total: 2,
    summary: { sdk: 1, custom: 1 },
  });
});
