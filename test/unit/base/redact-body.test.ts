import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { redactForm, redactJson } from "../../../src/base/redact-body.ts";

describe("redactJson", () => {
  test.each([
    ['{"user":"ada","password":"x"}', '{"user":"ada","password":"***"}'],
    ['{ "Api-Key" : 5 , "a" : 1 }', '{ "Api-Key" :"***" , "a" : 1 }'],
    ['{"token":null,"n":[{"secret":[1,{"a":2}]},3]}', '{"token":"***","n":[{"secret":"***"},3]}'],
    ['{"auth":{"user":"x","more":[1]},"b":2}', '{"auth":"***","b":2}'],
    ['{"pass\\u0077ord":"x"}', '{"pass\\u0077ord":"***"}'],
    ['{"a":"token","b":"password\\":\\"x"}', '{"a":"token","b":"password\\":\\"x"}'],
    ['["password","x"]', '["password","x"]'],
    ['{"password":"cut of', '{"password":"***"'],
    ['{"password":{"a":"cut', '{"password":"***"'],
    ['{"password":', '{"password":"***"'],
    ['{"password":}', '{"password":"***"}'],
    ['{"password":,"a":1}', '{"password":"***","a":1}'],
    ["no json at all", "no json at all"],
    ["", ""],
  ])("%s", (given, shown) => {
    expect(redactJson(given)).toBe(shown);
  });

  test("whatever the value is and wherever the text is cut, nothing of it is shown", () => {
    const mark = "S3CR3T";
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.string().map((text) => `${text}${mark}`),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie("any"), { maxKeys: 3 }),
      ),
    })).any;
    fc.assert(
      // JSON within a text of JSON: full of quotes, and no secret.
      fc.property(value, fc.json(), fc.nat(), (secret, before, cut) => {
        const text = JSON.stringify({ before, "client-secret": secret, after: 1 });
        const start = text.indexOf('"client-secret"') + '"client-secret":'.length;
        expect(redactJson(text.slice(0, start + (cut % text.length)))).not.toContain(mark);
        expect(JSON.parse(redactJson(text))).toEqual({
          before,
          "client-secret": "***",
          after: 1,
        });
      }),
    );
  });

  test("takes time in proportion to the length", () => {
    const startedMs = performance.now();
    redactJson('{"password":['.repeat(200_000));
    redactJson('"'.repeat(500_000));
    redactJson(`"${"\\".repeat(1_000_000)}`);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });
});

test("redactForm masks the values of secrets, however their keys are encoded", () => {
  expect(redactForm("a=1&token=x&pass%77ord=y&client+secret=z&b=%zz")).toBe(
    "a=1&token=***&pass%77ord=***&client+secret=z&b=%zz",
  );
  expect(redactForm("")).toBe("");
});
