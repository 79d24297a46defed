import { expect, test } from "bun:test";
import { apiDocument, apiSource } from "../../support/api-source.ts";
import { testApp } from "../../support/app.ts";

const LIST = "/api/v1/exec/sdk/list";

test("sdk.list names every imported SDK, and nothing that only looks like one", async () => {
  await using api = await apiSource(apiDocument({ "/a": ["get", "put"] }));
  await using app = await testApp({
    flags: ["--sdk-import-allow-local"],
    files: {
      "default/broken/.sdk.json": "{oops",
      "default/empty/.sdk.json": "{}",
      "default/Not-An-Id/.sdk.json": '{"source_url":"x","files":{}}',
      "app/2/.sdk.json": '{"source_url":"x","files":{}}',
    },
  });
  expect((await app.call("GET", LIST)).body).toEqual({ sdks: [], total: 0 });
  const middleware = { post: "return null" };
  await app.call("POST", "/api/v1/exec/sdk/import", { execId: "pets", source_url: api.document, middleware });
  const { status, body } = await app.call("GET", LIST);
  expect(status).toBe(200);
  expect(body).toEqual({
    sdks: [
      {
        id: "pets",
        source_url: api.document,
        files: 3,
        middleware: { pre: false, post: true },
        marker: "default/pets/.sdk.json",
      },
    ],
    total: 1,
  });
});
