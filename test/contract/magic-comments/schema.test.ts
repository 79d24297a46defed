import { expect, test } from "bun:test";
import { describeDirectives } from "../../../src/directives/describe.ts";
import { testApp } from "../../support/app.ts";

const URL_PATH = "/api/v1/exec/magic-comments/schema";

test("answers the document of the table", async () => {
  await using app = await testApp();
  const { status, body } = await app.call("GET", URL_PATH);
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual([
    "schema_version",
    "total_fields",
    "parse_window_lines",
    "unknown_keys_behavior",
    "defaults_context",
    "source_of_truth",
    "categories",
    "fields",
  ]);
  expect(body).toEqual(JSON.parse(JSON.stringify(describeDirectives())));
});

test("a client that sends a JSON content type without a body is served", async () => {
  await using app = await testApp();
  const { status } = await app.call("GET", URL_PATH, undefined, { "content-type": "application/json" });
  expect(status).toBe(200);
});
