import { describe, expect, test } from "bun:test";
import { timingSafeEqual } from "node:crypto";
import { Tokens } from "../../../src/access/tokens.ts";
import { type ApiToken, readApiToken } from "../../../src/config/api-token.ts";

const specs = ["first-token:read", "second-token:jobs:write", "third-token"];
const tokens = specs.map((spec) => readApiToken(spec) as ApiToken);

describe("scopesOf", () => {
  test("answers what the bearer may do", () => {
    const all = new Tokens(tokens);
    expect([...(all.scopesOf("second-token") ?? [])]).toEqual(["jobs:write"]);
    expect(all.scopesOf("first-token")?.has("scripts:read")).toBe(true);
    expect(all.scopesOf("third-token")?.has("admin")).toBe(true);
  });

  test.each(["", "first", "first-token:read", "FIRST-TOKEN", "first-token "])("%j is no token", (text) => {
    expect(new Tokens(tokens).scopesOf(text)).toBeNull();
  });

  test.each(["first-token", "third-token", "", "x".repeat(10_000)])(
    "compares every token in constant time, whichever %p is",
    (text) => {
      const lengths: number[] = [];
      const counting: typeof timingSafeEqual = (left, right) => {
        lengths.push(left.byteLength, right.byteLength);
        return timingSafeEqual(left, right);
      };
      new Tokens(tokens, counting).scopesOf(text);
      expect(lengths).toEqual(tokens.flatMap(() => [32, 32]));
    },
  );
});

test("without tokens there is nothing to present", () => {
  expect(new Tokens([]).isEmpty).toBe(true);
  expect(new Tokens([]).scopesOf("")).toBeNull();
  expect(new Tokens(tokens).isEmpty).toBe(false);
});
