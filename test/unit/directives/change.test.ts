import { describe, expect, test } from "bun:test";
import { parseChanges } from "../../../src/directives/change.ts";
import { isExecError } from "../../../src/errors/exec-error.ts";

/** The refusal of an update; fails when it is accepted. */
function refusalOf(comments: Record<string, unknown>) {
  try {
    parseChanges(comments);
  } catch (error) {
    if (isExecError(error)) return error;
    throw error;
  }
  throw new Error(`accepted ${JSON.stringify(comments)}`);
}

describe("values that the parser would not read back are refused with 400", () => {
  test.each([
    { timeout: "soon" },
    { timeout: -5 },
    { timeout: 2_147_483_648 },
    { timeout: "100d" },
    { timeout: {} },
    { timeout: [] },
    { mode: "thread" },
    { enabled: "maybe" },
    { enabled: 2 },
    { concurrent: 0 },
    { "log-request-body": "a little" },
    { "log-max-body-size": 1.1e30 },
    { "log-retention-days": 3651 },
    { cors: "example.com" },
    { cors: "https://a.example, https://b.example" },
    { "cors-methods": ["GET"] },
    { "ai-model": "gpt" },
    { "ai-temperature": 3 },
    { schedule: "every day" },
    { tags: ["a,b"] },
    { tags: [""] },
    { tags: [["a"]] },
    { tags: [null] },
    { token: "two words" },
    { token: ["a", "b c"] },
    { token: Array.from({ length: 17 }, (_, index) => `t${index}`) },
    { label: { text: "x" } },
  ])("%j", (comments) => {
    const error = refusalOf(comments);
    const [name] = Object.keys(comments);
    expect(error.status).toBe(400);
    expect(error.message).toStartWith(`Cannot set @${name}`);
    expect(error.details).toMatchObject({ field: "comments", directive: `@${name}` });
  });
});

test.each([
  ["line feed", "a\nb"],
  ["carriage return", "a\rb"],
  ["tab", "a\tb"],
  ["NUL", "a\0b"],
  ["escape", "a\u001Bb"],
  ["delete", "a\u007Fb"],
  ["next line", "a\u0085b"],
  ["line separator", "a\u2028b"],
  ["paragraph separator", "a\u2029b"],
  ["lone surrogate", "a\uD83Cb"],
])("a %s in a value is refused, also in a list and at the end", (_name, text) => {
  expect(refusalOf({ label: text }).status).toBe(400);
  expect(refusalOf({ label: text.slice(0, 2) }).status).toBe(400);
  expect(refusalOf({ tags: ["x", text] }).status).toBe(400);
  expect(refusalOf({ token: text }).status).toBe(400);
});

test("a refusal quotes the value and says what was expected", () => {
  expect(refusalOf({ timeout: "soon" }).message).toBe(
    'Cannot set @timeout to "soon": expected milliseconds, or a number with one of the units ms s m h d',
  );
});

test("a refusal of a long value is cut", () => {
  expect(refusalOf({ mode: "🎈".repeat(500) }).message.length).toBeLessThan(250);
});

test("a refusal never shows a secret", () => {
  const refusals = [
    refusalOf({ token: "hush hush" }),
    refusalOf({ token: { hush: "hush" } }),
    refusalOf({ token: ["hush", "hush hush"] }),
    refusalOf({ "ai-key": "hush\nhush" }),
    refusalOf({ "ai-key": ["hush"] }),
  ];
  for (const error of refusals) {
    expect(error.message + JSON.stringify(error.details)).not.toContain("hush");
  }
});

test("CORS directives together with cors none are refused, their removal is not", () => {
  for (const cors of ["none", null, "None"]) {
    expect(refusalOf({ cors, "cors-methods": "GET" }).message).toBe(
      "Cannot set @cors-methods: cors is set to none",
    );
    expect(refusalOf({ "cors-credentials": false, cors }).status).toBe(400);
    expect(parseChanges({ cors, "cors-methods": null }).map(({ kind }) => kind)).toEqual(["set", "remove"]);
  }
  expect(parseChanges({ cors: "*", "cors-methods": "GET" })).toHaveLength(2);
  expect(parseChanges({ cors: "", "cors-methods": "GET" })).toHaveLength(2);
});

test("unknown names are ignored", () => {
  expect(parseChanges({ method: "GET", Timeout: 5, constructor: "x", rawBody: true })).toEqual([]);
});

test("[REDACTED] is an ordinary text for what is no secret", () => {
  expect(parseChanges({ label: "[REDACTED]" })).toEqual([
    { kind: "set", name: "label", texts: ["[REDACTED]"] },
  ]);
});

test("white space around a text does not count", () => {
  expect(parseChanges({ label: "  x  ", tags: [" a ", "b"] })).toEqual([
    { kind: "set", name: "label", texts: ["x"] },
    { kind: "set", name: "tags", texts: ["a, b"] },
  ]);
  expect(parseChanges({ token: "   " })).toEqual([{ kind: "remove", name: "token" }]);
});
