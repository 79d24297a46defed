import { describe, expect, test } from "bun:test";
import { parseDirectives } from "../../../src/directives/parse.ts";
import {
  hasFilters,
  matchesFilters,
  type ScriptFilters,
  toNameMatcher,
} from "../../../src/scripts/filter.ts";

const SOURCE = "// @label Weekly\n// @tags billing, internal\n// @mode worker\n// @websocket\nreturn 1;\n";

describe("matchesFilters", () => {
  const rows: readonly [filters: ScriptFilters, isMatch: boolean][] = [
    [{}, true],
    [{ label: "Weekly" }, true],
    [{ label: "weekly" }, false],
    [{ tags: "other, internal" }, true],
    [{ tags: "intern" }, false],
    [{ mode: "worker" }, true],
    [{ mode: "serverless" }, false],
    [{ enabled: "true" }, true],
    [{ enabled: "0" }, false],
    [{ websocket: "1" }, true],
    [{ websocket: "false" }, false],
    [{ label: "Weekly", mode: "serverless" }, false],
  ];
  test.each(rows)("%j → %p", (filters, isMatch) => {
    expect(matchesFilters(parseDirectives(SOURCE).effective, filters)).toBe(isMatch);
  });
  test("a script that says nothing is matched by the defaults in force", () => {
    const { effective } = parseDirectives("return 1;");
    expect(matchesFilters(effective, { mode: "serverless", enabled: "true", websocket: "false" })).toBe(true);
    expect(matchesFilters(effective, { tags: "" })).toBe(false);
  });
});

test("a filter that was not given is none", () => {
  expect(hasFilters({ label: undefined })).toBe(false);
  expect(hasFilters({ enabled: "false" })).toBe(true);
});

test("names are matched by globs", () => {
  expect(toNameMatcher("*")(".exclusive")).toBe(true);
  expect(["a.ts", "b.ts", "a.js"].filter(toNameMatcher("a.*"))).toEqual(["a.ts", "a.js"]);
  expect(["a.ts", "b.ts", "a.js"].filter(toNameMatcher("*.{ts,js}"))).toHaveLength(3);
});
