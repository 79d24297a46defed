import { describe, expect, test } from "bun:test";
import committed from "../../../openapi/openapi.json" with { type: "json" };
import { checkDocument, checkObject } from "../../../src/user-openapi/check.ts";
import type { ObjectName } from "../../../src/user-openapi/openapi-objects.ts";

test("the document of our own API has no fault", () => {
  expect(checkDocument(committed)).toEqual([]);
});

describe("faults", () => {
  test.each<[ObjectName, unknown, string]>([
    ["info", { title: "t" }, "version is required"],
    ["info", [], "the document must be an object"],
    ["parameter", { name: "a", in: "path", schema: {} }, "the document must have required: true"],
    ["parameter", { name: "a", in: "query" }, "the document must have either schema or content"],
    ["parameter", { name: "a", in: "body", schema: {} }, "in must be one of path, query, header, cookie"],
    ["operation", { responses: {} }, "the document must have at least one response"],
    ["operation", { responses: { 99: { description: "" } } }, "responses.99 is no usable name"],
    ["operation", { tags: "a", responses: { default: { description: "" } } }, "tags must be a list"],
    ["schema", { type: "array" }, "the document must have items"],
    ["schema", { type: ["string"] }, "type must be one of array, boolean, integer, number, object, string"],
    ["schema", { properties: { a: { minLength: -1 } } }, "properties.a.minLength must be an integer"],
    ["schema", { const: 1 }, "const is no member of schema in OpenAPI 3.0"],
    ["schema", { additionalProperties: 1 }, "additionalProperties must be an object"],
    ["schema", JSON.parse('{"__proto__":1}'), "__proto__ is no member of schema in OpenAPI 3.0"],
    ["schema", { constructor: 1 }, "constructor is no member of schema in OpenAPI 3.0"],
    ["components", { schemas: { "a b": {} } }, "schemas.a b is no usable name"],
    ["securityScheme", { type: "apiKey", name: "k" }, "the document must have in"],
    [
      "securityScheme",
      { type: "http", scheme: "basic", in: "header" },
      "the document must not have in with type http",
    ],
  ])("%s %j: %s", (name, value, fault) => {
    expect(checkObject(value, name)).toEqual([fault]);
  });

  test("are told up to a number", () => {
    const paths = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`/${at}`, { get: 1 }]));
    expect(
      checkObject({ openapi: "3.0.0", info: { title: "", version: "" }, paths }, "document"),
    ).toHaveLength(50);
  });

  test("a circle of references has none", () => {
    const schemas = { A: { $ref: "#/components/schemas/B" }, B: { $ref: "#/components/schemas/A" } };
    const document = {
      openapi: "3.0.0",
      info: { title: "", version: "" },
      paths: {},
      components: { schemas },
    };
    expect(checkDocument(document)).toEqual([]);
  });

  test("a list of a hundred thousand values has none", () => {
    const document = {
      openapi: "3.0.0",
      info: { title: "", version: "" },
      paths: {},
      "x-list": Array(200_000).fill(1),
    };
    expect(checkDocument(document)).toEqual([]);
  });
});
