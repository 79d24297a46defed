import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import { accessOf } from "../../src/access/routes.ts";
import { createDocument, documentedFailures, tagOf } from "../../src/api/document.ts";
import { OPERATIONS } from "../../src/api/operations.ts";
import { toYaml } from "../../src/base/yaml.ts";
import { FAILURES } from "../../src/errors/failures.ts";
import { expectOpenApi } from "../support/openapi-validator.ts";

const document = createDocument(OPERATIONS, packageJson.version);
const committed = (file: string) => Bun.file(new URL(`../../openapi/${file}`, import.meta.url)).text();

describe("the committed document", () => {
  test("openapi.json equals the generated one; otherwise run bun run openapi", async () => {
    expect(JSON.parse(await committed("openapi.json"))).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test("openapi.yaml equals the generated one; otherwise run bun run openapi", async () => {
    expect(await committed("openapi.yaml")).toBe(toYaml(document));
    expect(parse(toYaml(document))).toEqual(JSON.parse(JSON.stringify(document)));
  });
});

test("another implementation takes the committed document for OpenAPI 3.0", async () => {
  await expectOpenApi(JSON.parse(await committed("openapi.json")));
});

test.each([
  ["/api/v1/exec/magic-comments/update", "put", "comments"],
  ["/api/v1/exec/magic-comments/bulk-update", "post", "comments"],
  ["/api/v1/exec/sdk/import", "post", "source_auth"],
  ["/api/v1/exec/sdk/import", "post", "middleware"],
  ["/api/v1/exec/sdk/import", "post", "magic_comments"],
])("%s %s says that %s may be JSON text, as the command line sends it", (path, method, field) => {
  // biome-ignore lint/suspicious/noExplicitAny: the document is looked at as plain JSON
  const { paths, components } = document as any;
  const { schema } = paths[path][method].requestBody.content["application/json"];
  const { properties } =
    schema.$ref === undefined ? schema : components.schemas[schema.$ref.split("/").at(-1)];
  expect(properties[field].anyOf).toMatchObject([{ type: "object" }, { type: "string" }]);
});

test("the call of a script stands in the document beside the operations", () => {
  // biome-ignore lint/suspicious/noExplicitAny: the document is looked at as plain JSON
  const { paths, tags } = document as any;
  expect(Object.keys(paths["/{path}"])).toEqual(["get"]);
  expect(paths["/{path}"].get).toMatchObject({
    operationId: "execution.call",
    tags: ["execution"],
    parameters: [{ name: "path", in: "path", required: true, schema: { type: "string" } }],
  });
  expect(tags).toContainEqual({ name: "execution" });
});

describe("the list of operations", () => {
  test("no id and no pair of method and path stands twice", () => {
    const ids = OPERATIONS.map(({ id }) => id);
    const routes = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
    expect(ids).toEqual([...new Set(ids)]);
    expect(routes).toEqual([...new Set(routes)]);
  });

  test("every path lies below /api/v1/exec/ or is the document", () => {
    const others = OPERATIONS.map(({ path }) => path).filter((path) => !path.startsWith("/api/v1/exec/"));
    expect(others).toEqual(["/openapi.json", "/openapi.yaml"]);
  });

  test("a GET has no body", () => {
    expect(OPERATIONS.filter(({ method, body }) => method === "get" && body !== undefined)).toEqual([]);
  });
});

describe.each(OPERATIONS.map((operation) => [operation.id, operation] as const))("%s", (_id, operation) => {
  // biome-ignore lint/suspicious/noExplicitAny: the document is looked at as plain JSON
  const entry = (document.paths as any)[operation.path]?.[operation.method];

  test("is documented with summary, tag and success", () => {
    expect(entry).toMatchObject({
      operationId: operation.id,
      summary: expect.stringMatching(/^[A-Z].*[^.]$/),
      tags: [tagOf(operation)],
    });
    expect(entry.responses[operation.status ?? 200].content).toBeDefined();
  });

  test("says which scope a token must hold", () => {
    const access = accessOf(operation.method, operation.path);
    expect(entry["x-scope"]).toBe(access === "public" ? undefined : access);
    expect(entry.security?.length ?? 0).toBe(access === "public" ? 0 : 3);
    expect(entry.responses[401]).toBeDefined();
  });

  test("documents each of its failures with an example from the table", () => {
    for (const kind of documentedFailures(operation)) {
      const { status, title } = FAILURES[kind];
      const { examples } = entry.responses[status].content["application/json"];
      expect(examples[kind].value.error).toBe(title);
    }
  });
});
