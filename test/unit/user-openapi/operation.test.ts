import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../../src/user-openapi/json.ts";
import { describeScript } from "../../../src/user-openapi/operation.ts";
import { toOpenApiPath } from "../../../src/user-openapi/paths.ts";
import type { Shapes } from "../../../src/user-openapi/source-shapes.ts";

const methodsOf = (shapes: Partial<Shapes>) => {
  const { item } = describeScript(toOpenApiPath("/a"), { components: {}, methods: [], ...shapes }, null);
  return Object.keys(item);
};

describe("describeScript", () => {
  test("writes one get, a post where a body is known, and the methods that the script names", () => {
    expect(methodsOf({})).toEqual(["get"]);
    expect(methodsOf({ body: { type: "string" } })).toEqual(["post"]);
    expect(methodsOf({ body: {} })).toEqual(["get"]);
    expect(methodsOf({ body: { type: "string" }, methods: ["put", "get"] })).toEqual(["get", "put"]);
  });

  test("finds the members of a query behind any number of references", () => {
    const fan = (to: string): JsonObject => ({
      allOf: Array(50).fill({ $ref: `#/components/schemas/${to}` }),
    });
    const components: JsonObject = {
      ...Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`d${at}`, fan(`d${at + 1}`)])),
      d30: { allOf: [fan("d0")], type: "object", properties: { q: { type: "string" } }, required: ["q"] },
    };
    const shapes = { query: fan("d0"), components, methods: [] };
    const { item } = describeScript(toOpenApiPath("/a"), shapes, null);
    expect(item["get"]).toMatchObject({
      parameters: [{ name: "q", in: "query", required: true, schema: { type: "string" } }],
    });
  });
});
