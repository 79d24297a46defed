import { expect, test } from "bun:test";
import fc from "fast-check";
import { toRedactedLine } from "../../../src/base/redact-text.ts";

test.each([
  ["plain words stay", "plain words stay"],
  ["  two\r\n\tlines \u0000 and more\u2028 ", "two lines   and more"],
  ["GET /a?token=abc&page=2 failed", "GET /a?token=***&page=2 failed"],
  ["api_key=abc, API-KEY: def;Apikey='g h'", "api_key=***, API-KEY: ***;Apikey=***"],
  ['{"password":"a b","user":"ada"}', '{"password":***,"user":"ada"}'],
  ["Authorization: Bearer abc.def-ghi", "Authorization: ***"],
  ["sent Bearer abc.def to it", "sent Bearer *** to it"],
  ["tokenizer=fast monkey=1", "tokenizer=fast monkey=1"],
  ["client_secret =\u0020abc", "client_secret = ***"],
])("%j becomes %j", (text, line) => {
  expect(toRedactedLine(text, 256)).toBe(line);
});

test("it is cut between code points, never inside one", () => {
  expect(toRedactedLine("😀".repeat(5), 3)).toBe("😀😀😀");
  expect(toRedactedLine("\ud83d", 3)).toBe("\ufffd");
});

test("a secret of any form is gone, and the line is one", () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9._~+-]{6,30}$/);
  const key = fc.constantFrom("token", "Access-Token", "PASSWORD", "x=1&code", "client_secret", "sig");
  const form = fc.constantFrom("%k=%s", "%k: %s", '"%k":"%s"', "'%k' : '%s'", "%k=Bearer %s");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), key, form, secret, (before, name, written, value) => {
      fc.pre(!before.includes(value));
      const text = `${before} ${written.replace("%k", name).replace("%s", value)}`;
      const line = toRedactedLine(text, 256);
      expect(line).not.toContain(value);
      expect(line).not.toMatch(/[\r\n\u0000]/);
    }),
    { numRuns: 200 },
  );
});

test("a long text of one kind takes no time", () => {
  for (const text of [
    "a".repeat(1e6),
    "a=".repeat(1e6),
    'token="'.repeat(1e6),
    "token : ".repeat(1e6),
    " ".repeat(1e6),
  ]) {
    const startedMs = performance.now();
    toRedactedLine(text, 256);
    expect(performance.now() - startedMs).toBeLessThan(200);
  }
});
