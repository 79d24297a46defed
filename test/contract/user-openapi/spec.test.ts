import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { testApp } from "../../support/app.ts";
import { expectOpenApi } from "../../support/openapi-validator.ts";
import { scenario } from "../../support/scenario.ts";

const SPEC = "/api/v1/exec/user-openapi/spec";
const operation = (description: string) => ({ responses: { 200: { description } } });
const document = (paths: unknown, more: object = {}) =>
  JSON.stringify({ openapi: "3.0.1", info: { title: "t", version: "1" }, paths, ...more });

/** The document of some files of the deployment, after an independent validator took it. */
async function specOf(files: Readonly<Record<string, string>>) {
  await using app = await testApp({
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`default/1/${name}`, text])),
  });
  const { status, body } = await app.call("GET", SPEC);
  expect(status).toBe(200);
  await expectOpenApi(body);
  return body;
}

describe("openapi.spec", () => {
  test("a script of which nothing is known is a generic get", async () => {
    expect(await specOf({ "echo.js": "module.exports = (req, res) => res.json({})" })).toEqual({
      openapi: "3.0.3",
      info: { title: "Generated API", description: "Auto-generated from user scripts", version: "1.0.0" },
      servers: [{ url: "/" }],
      paths: {
        "/echo": {
          get: {
            operationId: "get_echo",
            responses: { 200: { description: "What the script answers" } },
          },
        },
      },
    });
  });

  test("directives describe a script, and a @token is a security scheme whose value stays hidden", async () => {
    const body = await specOf({
      "a.js": "// @label A\n// @description Does a\n// @tags x\n// @token s3cret\n",
    });
    expect(body.paths["/a"].get).toMatchObject({
      summary: "A",
      description: "Does a",
      tags: ["x"],
      security: [{ scriptToken: [] }],
    });
    expect(JSON.stringify(body)).not.toContain("s3cret");
  });

  test("names in brackets become parameters of the path", async () => {
    const body = await specOf({
      "users/[id]/posts/[post].ts": "return 1",
      "docs/[...slug].ts": "return 1",
      "all/[[...rest]].ts": "return 1",
      "a b.ts": "return 1",
      "index.ts": "return 1",
      "deep/index.ts": "return 1",
    });
    expect(Object.keys(body.paths).sort()).toEqual([
      "/",
      "/a%20b",
      "/all/{rest*}",
      "/deep",
      "/docs/{slug*}",
      "/users/{id}/posts/{post}",
    ]);
    const names = body.paths["/users/{id}/posts/{post}"].parameters.map(
      (each: { name: string }) => each.name,
    );
    expect(names).toEqual(["id", "post"]);
    expect(body.paths["/docs/{slug*}"].parameters).toMatchObject([{ name: "slug*", in: "path" }]);
  });

  test("a literal schema of the handler says what goes in and out, and is not run", async () => {
    const schema = `{
      params: { type: "object", properties: { id: { type: "integer" } } },
      query: { type: "object", properties: { page: { type: "integer", const: 1 } }, required: ["page"] },
      body: { type: ["object", "null"], properties: { tags: { type: "array" } } },
      response: { $defs: { Row: { type: "string" } }, type: "array", items: { $ref: "#/$defs/Row" } },
    }`;
    const cjs = `throw new Error("must not run");\nmodule.exports = () => 1;\nmodule.exports.schema = ${schema};`;
    const esm = `export const schema = ${schema} as const;\nexport default () => 1;`;
    for (const [name, text] of [
      ["[id].js", cjs],
      ["[id].ts", esm],
    ] as const) {
      const { paths, components } = await specOf({ [name]: text });
      expect(paths["/{id}"]).toMatchObject({
        parameters: [{ name: "id", schema: { type: "integer" } }],
        post: {
          parameters: [{ name: "page", in: "query", required: true, schema: { enum: [1] } }],
          requestBody: {
            content: {
              "application/json": {
                schema: {
                  type: "object",
                  nullable: true,
                  properties: { tags: { type: "array", items: {} } },
                },
              },
            },
          },
        },
      });
      const { schema: answer } = paths["/{id}"].post.responses[200].content["application/json"];
      expect(answer).toEqual({ type: "array", items: { $ref: "#/components/schemas/id.response.Row" } });
      expect(components.schemas["id.response.Row"]).toEqual({ type: "string" });
    }
  });

  test("a schema that is made by code is left out", async () => {
    const { paths } = await specOf({
      "a.js": "exports.schema = { body: make() }; exports.default = () => 1",
    });
    expect(Object.keys(paths["/a"])).toEqual(["get"]);
  });

  test("TypeScript types of the handler become schemas", async () => {
    const { paths, components } = await specOf({
      "order.ts": `interface Item { name: string; parts?: Item[] }
enum Size { Small = "s", Large = "l" }
type Order = { items: Item[]; size: Size; note?: string | null };
export default async function (req: Request<{}, Order, { dry?: boolean }>): Promise<{ ids: number[] }> { return { ids: [] } }`,
    });
    const { post } = paths["/order"];
    expect(post.parameters).toEqual([{ name: "dry", in: "query", schema: { type: "boolean" } }]);
    expect(post.requestBody.content["application/json"].schema).toEqual({
      $ref: "#/components/schemas/Order",
    });
    expect(post.responses[200].content["application/json"].schema.properties.ids).toEqual({
      type: "array",
      items: { type: "number" },
    });
    expect(components.schemas).toEqual({
      Item: {
        type: "object",
        properties: {
          name: { type: "string" },
          parts: { type: "array", items: { $ref: "#/components/schemas/Item" } },
        },
        required: ["name"],
      },
      Size: { type: "string", enum: ["s", "l"] },
      Order: {
        type: "object",
        properties: {
          items: { type: "array", items: { $ref: "#/components/schemas/Item" } },
          size: { $ref: "#/components/schemas/Size" },
          note: { type: "string", nullable: true },
        },
        required: ["items", "size"],
      },
    });
  });

  test("@return-type is the shape of the answer", async () => {
    const { paths } = await specOf({ "a.js": "// @return-type { ok: boolean }\nreturn { ok: true }" });
    expect(paths["/a"].get.responses[200].content["application/json"].schema).toEqual({
      type: "object",
      properties: { ok: { type: "boolean" } },
      required: ["ok"],
    });
  });

  describe("companions", () => {
    test.each([
      ["a whole document", document({ "/elsewhere": { put: operation("own") } })],
      ["a path item", JSON.stringify({ put: operation("own") })],
      ["one operation", JSON.stringify({ method: "PUT", ...operation("own") })],
    ])("%s is the path of the script", async (_form, text) => {
      const { paths, ...rest } = await specOf({ "a.ts": "return 1", "a.openapi.json": text });
      expect(paths).toEqual({ "/a": { put: operation("own") } });
      expect(rest["x-schema-errors"]).toBeUndefined();
    });

    test("a companion beats what the source says", async () => {
      const { paths } = await specOf({
        "a.ts": "export const schema = { body: { type: 'string' } }; export default () => 1",
        "a.openapi.json": JSON.stringify({ get: operation("own") }),
      });
      expect(paths["/a"]).toEqual({ get: operation("own") });
    });

    test("parameters of its path are called as the route calls them", async () => {
      const parameters = [{ name: "userId", in: "path", required: true, schema: { type: "integer" } }];
      const { paths } = await specOf({
        "users/[id].ts": "return 1",
        "users/[id].openapi.json": document({ "/people/{userId}": { parameters, get: operation("own") } }),
      });
      expect(paths["/users/{id}"].parameters).toEqual([
        { name: "id", in: "path", required: true, schema: { type: "integer" } },
      ]);
    });

    test("components that are called alike but differ get another name, and $ref follows", async () => {
      const companion = (type: string) => {
        const content = { "application/json": { schema: { $ref: "#/components/schemas/Outer" } } };
        return document(
          { "/x": { get: { responses: { 200: { description: "", content } } } } },
          {
            components: {
              schemas: {
                Outer: { properties: { inner: { $ref: "#/components/schemas/Inner" } } },
                Inner: { type },
              },
            },
          },
        );
      };
      const { paths, components } = await specOf({
        "a.ts": "",
        "a.openapi.json": companion("string"),
        "b.ts": "",
        "b.openapi.json": companion("integer"),
        "c.ts": "",
        "c.openapi.json": companion("string"),
      });
      const refOf = (path: string) =>
        paths[path].get.responses[200].content["application/json"].schema.$ref.split("/").at(-1);
      expect([refOf("/a"), refOf("/b"), refOf("/c")]).toEqual(["Outer", "Outer_2", "Outer"]);
      expect(components.schemas).toEqual({
        Outer: { properties: { inner: { $ref: "#/components/schemas/Inner" } } },
        Inner: { type: "string" },
        Outer_2: { properties: { inner: { $ref: "#/components/schemas/Inner_2" } } },
        Inner_2: { type: "integer" },
      });
    });

    test("plain JSON Schema is the body, or each of the four shapes", async () => {
      const { paths } = await specOf({
        "a.ts": "",
        "a.schema.json": '{"type":"object","properties":{"n":{"type":"integer"}}}',
        "b.ts": "",
        "b.schema.json": '{"query":{"properties":{"q":{"type":"string"}}},"response":{"type":"string"}}',
      });
      expect(paths["/a"].post.requestBody.content["application/json"].schema.properties.n).toEqual({
        type: "integer",
      });
      expect(paths["/b"].get).toMatchObject({ parameters: [{ name: "q", in: "query" }] });
    });

    const deep = `${'{"a":'.repeat(300)}1${"}".repeat(300)}`;
    test.each([
      ["broken JSON", "{oops", /^it is no JSON: /],
      ["a list", "[]", /^it is no JSON object$/],
      ["too deep", deep, /nested too deep/],
      ["nothing of OpenAPI", '{"a":1}', /neither an OpenAPI document, nor a path item, nor an operation/],
      ["OpenAPI 3.1", document({}).replace("3.0.1", "3.1.0"), /^openapi must be 3\.0\.x$/],
      ["no responses", '{"get":{}}', /get\.responses is required/],
      ["a stray $ref", '{"get":{"responses":{"200":{"$ref":"#/components/responses/X"}}}}', /leads nowhere/],
      ["another file", '{"get":{"responses":{"200":{"$ref":"./x.json"}}}}', /leads to another file/],
      [
        "another parameter",
        JSON.stringify({
          parameters: [{ name: "x", in: "path", required: true, schema: {} }],
          get: operation(""),
        }),
        /"x" is not in the route/,
      ],
    ])("%s is skipped and listed", async (_name, text, error) => {
      const body = await specOf({ "a.ts": "return 1", "a.openapi.json": text, "b.ts": "return 1" });
      expect(Object.keys(body.paths)).toEqual(["/a", "/b"]);
      expect(body.paths["/a"].get.operationId).toBe("get_a");
      expect(body["x-schema-errors"]).toEqual([
        { file: "a.openapi.json", error: expect.stringMatching(error) },
      ]);
    });

    test("a schema that refers to itself ends", async () => {
      const node = { type: "object", properties: { next: { $ref: "#" } } };
      const { paths, components } = await specOf({ "a.ts": "", "a.schema.json": JSON.stringify(node) });
      const { $ref } = paths["/a"].post.requestBody.content["application/json"].schema;
      expect(components.schemas[$ref.split("/").at(-1)].properties.next).toEqual({ $ref });
    });
  });

  test("a script that does not compile is a path all the same", async () => {
    expect(Object.keys((await specOf({ "a.ts": "const = 1", "b.ts": "return 1" })).paths)).toEqual([
      "/a",
      "/b",
    ]);
  });

  test("two scripts that OpenAPI cannot tell apart: the first is shown, the other named", async () => {
    const body = await specOf({ "[a].ts": "return 1", "[b].ts": "return 1" });
    expect(Object.keys(body.paths)).toEqual(["/{a}"]);
    expect(body["x-schema-errors"]).toMatchObject([{ file: "[b].ts" }]);
  });

  test("YAML says the same as JSON, whatever members are called", async () => {
    const properties =
      '{"__proto__":{"type":"string"},"constructor":{"type":"integer"},"no":{},"1e3":{},"a: b":{}}';
    await using app = await testApp({
      files: {
        "default/1/a.ts": "return 1",
        "default/1/a.schema.json": `{"type":"object","properties":${properties}}`,
      },
    });
    const json = await (await app.fetch(`${SPEC}?format=json`)).text();
    expect(json).toContain('"__proto__":{"type":"string"}');
    const response = await app.fetch(`${SPEC}?format=yaml`);
    expect(response.headers.get("content-type")).toStartWith("application/yaml");
    expect(JSON.stringify(parse(await response.text()))).toBe(json);
  });

  scenario("dir narrows it, and so does its alias", {
    files: { "default/1/a.ts": "", "default/1/in/b.ts": "" },
    request: ["GET", `${SPEC}?directory=in`],
    status: 200,
    body: { paths: { "/in/b": {} } },
    never: ['"/a"'],
  });

  const refusals: readonly [query: string, status: number, error: string][] = [
    ["?format=xml", 400, "Invalid query parameter"],
    ["?dir=none", 404, "Directory not found"],
    ["?dir=../..", 403, "Invalid path: must be within scripts directory"],
    [
      "?subdomain=_hoody",
      400,
      "subdomain must be letters, digits, dots, hyphens and underscores, and no reserved name",
    ],
  ];
  for (const [query, status, error] of refusals) {
    scenario(`${query} is refused with success: false: ${error}`, {
      request: ["GET", SPEC + query],
      status,
      body: { success: false, error },
    });
  }

  scenario("more bytes than --openapi-bytes-max are refused", {
    files: { "default/1/a.ts": `return ${"1".repeat(50)}`, "default/1/b.ts": `return ${"1".repeat(50)}` },
    flags: ["--openapi-bytes-max", "100"],
    request: ["GET", SPEC],
    status: 413,
    body: { success: false, code: "ERROR_413", details: { field: "directory", maxBytes: 100 } },
  });
});
