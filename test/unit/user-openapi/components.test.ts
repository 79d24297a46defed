import { describe, expect, test } from "bun:test";
import { Components } from "../../../src/user-openapi/components.ts";
import type { JsonObject } from "../../../src/user-openapi/json.ts";

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

describe("components of several documents", () => {
  test("what says the same is shared", () => {
    const components = new Components();
    const incoming = { schemas: { A: { items: ref("B") }, B: { type: "string" } } };
    components.add(incoming);
    expect(components.add(incoming)(ref("A"))).toEqual(ref("A"));
    expect(components.toJson()).toEqual(incoming);
  });

  test("a name that is taken goes on counting, over names that came along", () => {
    const components = new Components();
    components.add({ schemas: { A: { type: "string" } } });
    const rename = components.add({ schemas: { A: { type: "integer" }, A_2: { type: "number" } } });
    expect(rename([ref("A"), ref("A_2")])).toEqual([ref("A_3"), ref("A_2")]);
    expect(components.add({ schemas: { A: { type: "boolean" } } })(ref("A"))).toEqual(ref("A_4"));
  });

  test("pointers into a component and names with escapes follow", () => {
    const components = new Components();
    components.add({ schemas: { A: { type: "string" } } });
    const rename = components.add({ schemas: { A: { properties: { "b/c": {} } } } });
    expect(rename({ $ref: "#/components/schemas/A/properties/b~1c" })).toEqual({
      $ref: "#/components/schemas/A_2/properties/b~1c",
    });
    expect(rename({ $ref: "https://example.com/#/components/schemas/A" })).toEqual({
      $ref: "https://example.com/#/components/schemas/A",
    });
  });

  test("twenty thousand in a row that follow one take no minutes", () => {
    const chain = (end: string): JsonObject => ({
      schemas: Object.fromEntries([
        ...Array.from({ length: 20_000 }, (_, at) => [`S${at}`, ref(`S${at + 1}`)] as const),
        ["S20000", { type: end }],
      ]),
    });
    const components = new Components();
    components.add(chain("string"));
    const started = performance.now();
    expect(components.add(chain("integer"))(ref("S0"))).toEqual(ref("S0_2"));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
