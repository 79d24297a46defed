import { expect, test } from "bun:test";
import fc from "fast-check";
import { parse } from "yaml";
import committed from "../../../openapi/openapi.json" with { type: "json" };
import { toYaml } from "../../../src/base/yaml.ts";
import type { JsonObject } from "../../../src/user-openapi/json.ts";
import { writeYaml } from "../../../src/user-openapi/yaml.ts";

test("the parts make the same document as the whole", async () => {
  const document = committed as unknown as JsonObject;
  expect(parse(await writeYaml(document))).toEqual(parse(toYaml(document)));
}, 30_000);

test("any JSON reads back as it was: texts of many lines, odd names, empty objects", async () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.stringMatching(/^[ \n\t#:>|"'a-]{0,40}$/),
    fc.constantFrom(
      "null",
      "no",
      "1e3",
      "a ".repeat(100),
      "{}",
      "? x",
      "- y",
      "__proto__",
      "constructor",
      " null",
    ),
  );
  const { object } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      tie("list"),
      tie("object"),
    ),
    list: fc.array(tie("value"), { maxLength: 3 }),
    object: fc.dictionary(text, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  }));
  await fc.assert(
    fc.asyncProperty(object, async (document) => {
      const plain = JSON.parse(JSON.stringify(document)) as JsonObject;
      expect(JSON.stringify(parse(await writeYaml(plain)))).toBe(JSON.stringify(plain));
    }),
    { numRuns: 100, seed: 7 },
  );
}, 30_000);
