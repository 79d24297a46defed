import { expect, test } from "bun:test";
import { parseDirectives } from "../../../src/directives/parse.ts";
import { redactDirectives } from "../../../src/directives/redact.ts";

test("secrets are hidden one by one and everything else stays", () => {
  const { declared } = parseDirectives(
    "// @token aa\n// @token bb\n// @ai-key cc dd\n// @label aa\n// @cors none\n",
  );
  expect(redactDirectives(declared)).toEqual({
    token: "[REDACTED]",
    tokens: ["[REDACTED]", "[REDACTED]"],
    "ai-key": "[REDACTED]",
    label: "aa",
    cors: null,
  });
});

test("what is absent stays absent", () => {
  expect(redactDirectives({ timeout: 5 })).toEqual({ timeout: 5 });
});

test("comments of a request are hidden whatever their shape, removals stay visible", () => {
  expect(redactDirectives({ token: ["a", "b"], "ai-key": null, label: "" })).toEqual({
    token: ["[REDACTED]", "[REDACTED]"],
    "ai-key": null,
    label: "",
  });
  expect(redactDirectives({ token: { value: "a" }, "ai-key": 42 })).toEqual({
    token: "[REDACTED]",
    "ai-key": "[REDACTED]",
  });
});
