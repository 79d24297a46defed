import { describe, expect, test } from "bun:test";
import { isHidden, isReserved, isRouteFile, isWatched } from "../../../src/scripts/exclude.ts";

describe("a script that answers requests", () => {
  const served = [
    "a.ts",
    "a.js",
    "default/1/users/[id].ts",
    "x/[...slug].js",
    "prelude.ts",
    "test.ts",
    "a.testing.ts",
  ];
  test.each(served)("%s does", (file) => expect(isRouteFile(file)).toBe(true));

  const unserved = [
    "a.sh",
    "a.py",
    "a.tsx",
    "a.mjs",
    "a",
    ".ts",
    "pre.ts",
    "x/post.js",
    "_a.ts",
    ".a.ts",
    "_lib/a.ts",
    ".x/a.ts",
    "x/_lib/y/a.ts",
    "node_modules/p/a.js",
    "x/_sdk/a.js",
    "x/_hoody/a.js",
    "x/.hoody-cache/a.js",
    ".git/a.js",
    "a.test.ts",
    "a.spec.js",
    "a.d.ts",
  ];
  test.each(unserved)("%s does not", (file) => expect(isRouteFile(file)).toBe(false));
});

test("reserved names are reserved at any depth, and only as whole names", () => {
  expect(isReserved("a/node_modules/b.js")).toBe(true);
  expect(isReserved("node_modules_2/b.js")).toBe(false);
});

test("listings hide dot names and reserved names, not other names in the dark", () => {
  expect([".a", "_sdk", "_helper.ts"].map(isHidden)).toEqual([true, true, false]);
});

test("a change of a helper or a companion is watched, one in a package or of a half-written file is not", () => {
  expect(["x/_lib/a.ts", "x/_default.env", "x/.exclusive"].every(isWatched)).toBe(true);
  expect(["node_modules/a/b.js", "x/.hoody-0123456789abcdef.tmp"].some(isWatched)).toBe(false);
});
