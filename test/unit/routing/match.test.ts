import { describe, expect, test } from "bun:test";
import { matchSegments } from "../../../src/routing/match.ts";
import { addFile, RouteNode } from "../../../src/routing/route-tree.ts";

/** What a path leads to among some files, as `file` or `file {parameters}`. */
function lookup(files: readonly string[], path: string): string | null {
  const root = new RouteNode();
  for (const file of files) addFile(root, file);
  const match = matchSegments(
    root,
    path.split("/").filter((segment) => segment !== ""),
  );
  if (match === null) return null;
  const parameters = JSON.stringify(match.parameters);
  return `${match.file} ${match.type}${parameters === "{}" ? "" : ` ${parameters}`}`;
}

describe("matchSegments", () => {
  const rows: readonly [files: readonly string[], path: string, expected: string | null][] = [
    [["api/hello.ts"], "/api/hello", "api/hello.ts static"],
    [["api/hello.ts"], "/api/Hello", null],
    [["api/hello.ts"], "/api", null],
    [["api/hello.ts"], "/api/hello/x", null],
    [["index.ts"], "/", "index.ts static"],
    [["api/index.ts"], "/api", "api/index.ts static"],
    [["api/index.ts"], "/api/index", null],
    [["users/[id].ts"], "/users/123", 'users/[id].ts dynamic {"id":"123"}'],
    [["users/[id].ts"], "/users", null],
    [
      ["blog/[year]/[month].ts"],
      "/blog/2024/11",
      'blog/[year]/[month].ts dynamic {"year":"2024","month":"11"}',
    ],
    [["docs/[...slug].ts"], "/docs/a/b", 'docs/[...slug].ts catchall {"slug":["a","b"]}'],
    [["docs/[...slug].ts"], "/docs", null],
    [["docs/[[...slug]].ts"], "/docs", "docs/[[...slug]].ts optional-catchall"],
    [["docs/[[...slug]].ts"], "/docs/a", 'docs/[[...slug]].ts optional-catchall {"slug":["a"]}'],
    [["[[...all]].ts"], "/", "[[...all]].ts optional-catchall"],
    // The more specific name wins, segment by segment.
    [["u/me.ts", "u/[id].ts", "u/[...s].ts", "u/[[...s]].ts"], "/u/me", "u/me.ts static"],
    [["u/[id].ts", "u/[...s].ts", "u/[[...s]].ts"], "/u/me", 'u/[id].ts dynamic {"id":"me"}'],
    [["u/[...s].ts", "u/[[...s]].ts"], "/u/me", 'u/[...s].ts catchall {"s":["me"]}'],
    [["u/index.ts", "u/[[...s]].ts"], "/u", "u/index.ts static"],
    [["a/[...s].ts", "[x]/b.ts"], "/a/b", 'a/[...s].ts catchall {"s":["b"]}'],
    // A way that ends nowhere is left again.
    [["a/b/c.ts", "a/[x]/d.ts"], "/a/b/d", 'a/[x]/d.ts dynamic {"x":"b"}'],
    [["a/b/c.ts", "[...s].ts"], "/a/b/d", '[...s].ts catchall {"s":["a","b","d"]}'],
    [["[x]/[y]/c.ts", "[x]/[...s].ts"], "/1/2/3", '[x]/[...s].ts catchall {"x":"1","s":["2","3"]}'],
    [["[a]/x.ts", "[b]/y.ts"], "/1/y", '[b]/y.ts dynamic {"b":"1"}'],
    [["users/[id]/settings.ts"], "/users/7/settings", 'users/[id]/settings.ts dynamic {"id":"7"}'],
    // Several files of one route.
    [["a.js", "a.ts", "a/index.ts"], "/a", "a.ts static"],
    [["a.js", "a/index.ts"], "/a", "a.js static"],
    [["a/index.js", "a/index.ts"], "/a", "a/index.ts static"],
    [["[id].js", "[id].ts"], "/1", '[id].ts dynamic {"id":"1"}'],
    // The extension may be spelled out.
    [["echo.js", "echo.ts"], "/echo.js", "echo.js static"],
    [["echo.ts"], "/echo.js", null],
    [["a/index.ts"], "/a/index.ts", "a/index.ts static"],
    [["echo.js", "[name].ts"], "/echo.js", "echo.js static"],
    [["[name].ts"], "/echo.js", '[name].ts dynamic {"name":"echo.js"}'],
    [["[id].ts"], "/[id].ts", '[id].ts dynamic {"id":"[id].ts"}'],
    // What is no route.
    [["pre.ts", "post.js", "_a.ts", "a.test.ts", "b.d.ts", "node_modules/c.js"], "/pre", null],
    [["a.test.ts"], "/a.test.ts", null],
    [["_lib/a.ts"], "/_lib/a", null],
    // Odd names.
    [["[__proto__].ts"], "/x", '[__proto__].ts dynamic {"__proto__":"x"}'],
    [["constructor.ts"], "/constructor", "constructor.ts static"],
    [["a.ts"], "/constructor", null],
    [["a.b.ts"], "/a.b", "a.b.ts static"],
  ];
  test.each(rows)("among %j the path %s leads to %s", (files, path, expected) => {
    expect(lookup(files, path)).toBe(expected);
    expect(lookup(files.toReversed(), path)).toBe(expected);
  });
});
