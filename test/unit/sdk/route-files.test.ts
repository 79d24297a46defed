import { describe, expect, test } from "bun:test";
import { isCatchAll, placeOperations } from "../../../src/sdk/route-files.ts";

const filesOf = (...operations: readonly (readonly [method: string, path: string])[]) =>
  placeOperations(operations.map(([method, path]) => ({ method, path, server: "", description: "" }))).map(
    ({ first, others }) => [first.file, ...others.map(({ file }) => file)],
  );

describe("placeOperations", () => {
  test.each<[path: string, file: string]>([
    ["/", "index.ts"],
    ["/users", "users.ts"],
    ["/users/", "users.ts"],
    ["//users//x", "users/x.ts"],
    ["/users/{id}", "users/[id].ts"],
    ["/users/{user-id}/posts", "users/[userId]/posts.ts"],
    ["/{…}", "[part1].ts"],
    ["/files/{path+}", "files/[...path].ts"],
    ["/files/{path*}", "files/[...path].ts"],
    ["/files/{+path}", "files/[...path].ts"],
    ["/files/*", "files/[...part2].ts"],
    ["/files/{path+}/x", "files/[path]/x.ts"],
    ["/users/{id}.json", "users/[id].ts"],
    ["/users/{id}:cancel", "users/[id].ts"],
    ["/.well-known/x", "[part1]/x.ts"],
    ["/_internal", "[part1].ts"],
    ["/node_modules/x", "[part1]/x.ts"],
    ["/_sdk/x", "[part1]/x.ts"],
    ["/_hoody", "[part1].ts"],
    ["/blog/post", "blog/post/index.ts"],
    ["/pre", "pre/index.ts"],
    ["/index", "index/index.ts"],
    ["/a.test", "a.test/index.ts"],
    ["/a.d", "a.d/index.ts"],
    ["/a%20b", "a b.ts"],
    ["/100%", "100%.ts"],
    ["/a%0Ab", "[part1].ts"],
    ["/a%E2%80%A8b/x", "[part1]/x.ts"],
    ["/[odd]", "[part1].ts"],
    [`/${"x".repeat(181)}`, "[part1].ts"],
    ["/{__proto__}/{constructor}", "[proto]/[constructor].ts"],
  ])("%s lies at %s", (path, file) => {
    expect(filesOf(["GET", path])).toEqual([[file]]);
  });

  test("further operations of a route lie beside it", () => {
    expect(
      filesOf(
        ["GET", "/users/{id}"],
        ["PUT", "/users/{id}"],
        ["DELETE", "/users/{other}"],
        ["PUT", "/users/{id}.json"],
      ),
    ).toEqual([["users/[id].ts", "users/_[id].put.ts", "users/_[id].delete.ts", "users/_[id].put2.ts"]]);
  });

  test("parameters in one place have one name, whatever the document calls them", () => {
    expect(filesOf(["GET", "/a/{id}/x"], ["GET", "/a/{name}/y"], ["GET", "/b/{name}"])).toEqual([
      ["a/[id]/x.ts"],
      ["a/[id]/y.ts"],
      ["b/[name].ts"],
    ]);
  });
});

test.each([
  ["{path+}", true],
  ["{path*}", true],
  ["{+path}", true],
  ["{path...}", true],
  ["*", true],
  ["**", true],
  ["{path}", false],
  ["a*", false],
  ["{a}{b+}", false],
])("%s takes all that is left: %p", (segment, takes) => {
  expect(isCatchAll(segment)).toBe(takes);
});
