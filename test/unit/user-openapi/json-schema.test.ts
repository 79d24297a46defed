import { describe, expect, test } from "bun:test";
import { checkObject } from "../../../src/user-openapi/check.ts";
import type { Json } from "../../../src/user-openapi/json.ts";
import { fromJsonSchema } from "../../../src/user-openapi/json-schema.ts";

describe("a JSON Schema as OpenAPI 3.0 has it", () => {
  test.each<[Json, Json]>([
    [true, {}],
    [false, { not: {} }],
    [{ type: "string", $schema: "x", $id: "y", $comment: "z" }, { type: "string" }],
    [{ type: ["string", "null"] }, { type: "string", nullable: true }],
    [{ type: "null" }, { nullable: true, enum: [null] }],
    [{ type: ["string", "integer"] }, { anyOf: [{ type: "string" }, { type: "integer" }] }],
    [{ type: ["array", "string"] }, { anyOf: [{ type: "array", items: {} }, { type: "string" }] }],
    [{ const: 1 }, { enum: [1] }],
    [{ examples: ["a", "b"] }, { example: "a" }],
    [
      { type: "number", exclusiveMinimum: 0 },
      { type: "number", minimum: 0, exclusiveMinimum: true },
    ],
    [{ type: "array" }, { type: "array", items: {} }],
    [
      { type: "array", items: [{}, {}] },
      { type: "array", items: {} },
    ],
    [
      { type: "array", prefixItems: [{}] },
      { type: "array", items: {} },
    ],
    [{ properties: { a: true, if: { const: 1 } } }, { properties: { a: {}, if: { enum: [1] } } }],
    [{ if: {}, patternProperties: {}, required: [], enum: [], anyOf: [] }, {}],
    [{ additionalProperties: { const: 1 } }, { additionalProperties: { enum: [1] } }],
    [{ $ref: "other.json" }, {}],
    [{ $ref: "https://example.com/a.json" }, { $ref: "https://example.com/a.json" }],
    [{ "x-note": { type: ["a"] } }, { "x-note": { type: ["a"] } }],
  ])("%j → %j", (given, wanted) => {
    const { schema } = fromJsonSchema(given, "A");
    expect(schema).toEqual(wanted as never);
    expect(checkObject({ schema }, "mediaType")).toEqual([]);
  });

  test("definitions become components with names that components may have", () => {
    const { schema, components } = fromJsonSchema(
      {
        $defs: { "a b": { type: "string" }, a_b: { $ref: "#/definitions/x" } },
        definitions: { x: { $ref: "#/$defs/a%20b" } },
        anyOf: [{ $ref: "#/$defs/a b" }, { $ref: "#/$defs/a_b" }],
      },
      "Order",
    );
    expect(schema).toEqual({
      anyOf: [{ $ref: "#/components/schemas/Order.a_b" }, { $ref: "#/components/schemas/Order.a_b_2" }],
    });
    expect(components).toEqual({
      "Order.a_b": { type: "string" },
      "Order.a_b_2": { $ref: "#/components/schemas/Order.x" },
      "Order.x": { $ref: "#/components/schemas/Order.a_b" },
    });
  });
});
