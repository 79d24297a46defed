import { expect, test } from "bun:test";
import { describeDirectives, directivesAsMarkdown } from "../../../src/directives/describe.ts";

test("the document has exactly the keys of the contract", () => {
  const document = describeDirectives();
  expect(Object.keys(document)).toEqual([
    "schema_version",
    "total_fields",
    "parse_window_lines",
    "unknown_keys_behavior",
    "defaults_context",
    "source_of_truth",
    "categories",
    "fields",
  ]);
  expect(document.schema_version).toBe("1.0.0");
  expect(document.parse_window_lines).toBe(50);
  expect(document.unknown_keys_behavior).toBe("ignored");
  expect(document.total_fields).toBe(31);
  expect(document.fields).toHaveLength(31);
});

test("every field is in exactly one category", () => {
  const { categories, fields } = describeDirectives();
  expect(Object.keys(categories)).toEqual(["execution", "logging", "cors", "ai", "metadata"]);
  expect(Object.values(categories).flat().sort()).toEqual(fields.map(({ key }) => key).sort());
  for (const { key, category } of fields) expect(categories[category]).toContain(key);
});

test("a field tells all that its grammar knows", () => {
  const { fields } = describeDirectives();
  expect(fields.find(({ key }) => key === "timeout")).toEqual({
    key: "timeout",
    directive: "@timeout",
    category: "execution",
    type: "duration_ms",
    accepts_keywords: ["0", "unlimited", "none", "false", "-1", "n/a"],
    range: { min: 0, max: 2_147_483_647 },
    description: "Longest time a request may take before the caller gets 504",
    defaults: { when_omitted: null, runtime: 3_600_000, sdk_import: 30_000 },
    examples: ["// @timeout 5s", "// @timeout unlimited"],
    notes: expect.any(Array),
  });
  expect(fields.find(({ key }) => key === "mode")?.enum_values).toEqual(["worker", "serverless"]);
});

test("types are those of the contract", () => {
  const types = Object.fromEntries(describeDirectives().fields.map(({ key, type }) => [key, type]));
  expect(types).toMatchObject({
    mode: "enum",
    enabled: "boolean",
    timeout: "duration_ms",
    concurrent: "boolean|integer",
    token: "string",
    schedule: "cron",
    "log-request-body": "boolean|enum",
    "log-max-body-size": "bytes",
    "log-exclude-headers": "string[]",
    "log-retention-days": "integer",
    "ai-temperature": "number",
    tags: "string[]",
  });
});

test("unlisted lines are not described", () => {
  const text = JSON.stringify(describeDirectives());
  for (const name of ["rawBody", "return-type", "websocket-pre"]) expect(text).not.toContain(name);
});

test("the README table has a row for each directive and no broken cell", () => {
  const rows = directivesAsMarkdown().split("\n");
  expect(rows).toHaveLength(33);
  for (const row of rows) expect(row.split("|")).toHaveLength(6);
  expect(rows[4]).toStartWith(
    "| `@timeout` | `5s`, `unlimited` | `3600000` | Longest time a request may take",
  );
});
