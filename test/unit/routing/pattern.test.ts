import { describe, expect, test } from "bun:test";
import { describePattern, parsePatternSegment, toRoutePattern } from "../../../src/routing/pattern.ts";

describe("parsePatternSegment", () => {
  const rows: readonly [name: string, kind: string, value: string][] = [
    ["users", "literal", "users"],
    ["[id]", "dynamic", "id"],
    ["[user-id]", "dynamic", "user-id"],
    ["[...slug]", "catchall", "slug"],
    ["[[...slug]]", "optional-catchall", "slug"],
    ["[]", "literal", "[]"],
    ["[...]", "literal", "[...]"],
    ["[[id]]", "literal", "[[id]]"],
    ["[id", "literal", "[id"],
    ["user-[id]", "literal", "user-[id]"],
    ["[a][b]", "literal", "[a][b]"],
  ];
  test.each(rows)("%s is %s %s", (name, kind, value) => {
    const segment = parsePatternSegment(name);
    expect([segment.kind as string, segment.kind === "literal" ? segment.text : segment.name]).toEqual([
      kind,
      value,
    ]);
  });
});

test("the pattern of a script begins at its base directory and hides index", () => {
  expect(toRoutePattern("default/1/users/[id].ts", "default/1")).toBe("/users/[id]");
  expect(toRoutePattern("default/1/index.ts", "default/1")).toBe("/");
  expect(toRoutePattern("default/1/api/index.js", "default/1")).toBe("/api");
  expect(toRoutePattern("default/1/reindex.js", "default/1")).toBe("/reindex");
  expect(toRoutePattern("default/1/a.ts", "")).toBe("/default/1/a");
  expect(toRoutePattern("index.ts", "")).toBe("/");
});

test("a pattern is of its least specific kind and names its parameters in order", () => {
  expect(describePattern("/a/b")).toEqual({ type: "static", parameters: [] });
  expect(describePattern("/[year]/[month]")).toEqual({ type: "dynamic", parameters: ["year", "month"] });
  expect(describePattern("/[lang]/[...slug]")).toEqual({ type: "catchall", parameters: ["lang", "slug"] });
  expect(describePattern("/[[...slug]]")).toEqual({ type: "optional-catchall", parameters: ["slug"] });
});
