import { describe, expect, test } from "bun:test";
import { parseUrlPath } from "../../../src/routing/url-path.ts";

const BAD_ENCODING = "Bad Request: URL path contains invalid percent-encoding.";
const BAD_CHARACTERS = "Bad Request: URL path contains disallowed characters.";

describe("parseUrlPath", () => {
  const rows: readonly [raw: string, segments: readonly string[], query: string | null][] = [
    ["/", [], null],
    ["", [], null],
    ["/a/b", ["a", "b"], null],
    ["/a/b/", ["a", "b"], null],
    ["//a///b", ["a", "b"], null],
    ["/a%2Fb", ["a", "b"], null],
    ["/a%20b/%C3%A9", ["a b", "é"], null],
    ["/a%252e", ["a%2e"], null],
    ["/A/a", ["A", "a"], null],
    ["/echo%3Fx%3D1", ["echo"], "x=1"],
    ["/echo%3fx%3Da%2526b", ["echo"], "x=a%26b"],
    ["/echo%3F", ["echo"], ""],
    ["/a#b/c", ["a"], null],
    ["/a..b/...", ["a..b", "..."], null],
  ];
  test.each(rows)("%s has the segments %j", (raw, segments, query) => {
    expect(parseUrlPath(raw, false)).toEqual({
      kind: "path",
      segments: [...segments],
      path: `/${segments.join("/")}`,
      query,
    });
  });

  test("an encoded question mark belongs to the path when the URL has a query already", () => {
    expect(parseUrlPath("/a%3Fb", true)).toMatchObject({ segments: ["a?b"], query: null });
  });

  const bad: readonly [raw: string, message: string][] = [
    ["/%", BAD_ENCODING],
    ["/%zz", BAD_ENCODING],
    ["/%c0%ae", BAD_ENCODING],
    ["/a%00b", BAD_CHARACTERS],
    ["/a%5Cb", BAD_CHARACTERS],
    ["/a\\b", BAD_CHARACTERS],
    ["/a/../b", BAD_CHARACTERS],
    ["/a%2F..%2Fb", BAD_CHARACTERS],
    ["/%2e%2e", BAD_CHARACTERS],
  ];
  test.each(bad)("%s is refused", (raw, message) => {
    expect(parseUrlPath(raw, false)).toEqual({ kind: "bad", message });
  });

  test("what stands in a hidden query is not judged as a path", () => {
    expect(parseUrlPath("/a%3Fx%3D..%5C", false)).toMatchObject({ kind: "path", query: "x=..\\" });
  });
});
