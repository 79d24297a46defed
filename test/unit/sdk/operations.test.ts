import { describe, expect, test } from "bun:test";
import { readOperations } from "../../../src/sdk/operations.ts";

const SOURCE = new URL("https://docs.example.com/v2/openapi.json");
const read = (document: Record<string, unknown>, operationsMax = 10) =>
  readOperations(document, {
    sourceUrl: SOURCE,
    operationsMax,
    reasonAgainstServer: ({ hostname }) => (hostname === "bad.example.com" ? "is bad" : null),
  });
const paths = { "/a": { get: {} } };

describe("the server of an operation", () => {
  test.each<[name: string, document: Record<string, unknown>, server: string]>([
    ["none", { paths }, "https://docs.example.com"],
    ["no list", { paths, servers: {} }, "https://docs.example.com"],
    ["an empty list", { paths, servers: [] }, "https://docs.example.com"],
    [
      "the first",
      { paths, servers: [{ url: "https://api.example.com/v1/" }, { url: "https://b.example.com" }] },
      "https://api.example.com/v1",
    ],
    ["relative to the document", { paths, servers: [{ url: "../v1" }] }, "https://docs.example.com/v1"],
    [
      "with variables",
      {
        paths,
        servers: [
          {
            url: "https://{region}.example.com/{v}",
            variables: { region: { default: "eu" }, v: { default: 3 } },
          },
        ],
      },
      "https://eu.example.com/3",
    ],
    [
      "of the path",
      {
        paths: { "/a": { servers: [{ url: "https://p.example.com" }], get: {} } },
        servers: [{ url: "https://d.example.com" }],
      },
      "https://p.example.com",
    ],
    [
      "of the operation",
      {
        paths: {
          "/a": {
            servers: [{ url: "https://p.example.com" }],
            get: { servers: [{ url: "https://o.example.com" }] },
          },
        },
      },
      "https://o.example.com",
    ],
    [
      "of version 2",
      { swagger: "2.0", host: "api.example.com", basePath: "/v1", schemes: ["http", "https"], paths },
      "https://api.example.com/v1",
    ],
    [
      "of version 2, http only",
      { swagger: "2.0", host: "api.example.com", schemes: ["http"], paths },
      "http://api.example.com",
    ],
    ["of version 2, without host", { swagger: "2.0", basePath: "/v1", paths }, "https://docs.example.com/v1"],
  ])("%s", (_name, document, server) => {
    expect(read(document).operations).toEqual([{ method: "GET", path: "/a", server, description: "" }]);
  });

  test.each([
    ["https://bad.example.com/v1", "is bad"],
    ["javascript:alert(1)", "is no URL"],
    ["https://", "is no URL"],
    ["https://{region}.example.com", "is no URL"],
  ])("%j is passed over", (url, reason) => {
    const document = { paths: { "/a": { get: {}, put: { servers: [{ url }] } } } };
    expect(read(document).skipped).toEqual([`PUT /a: the address of its server ${reason}`]);
  });
});

describe("references", () => {
  test("a path and an operation may stand elsewhere in the document", () => {
    const document = {
      paths: {
        "/a": { $ref: "#/components/pathItems/a~1b" },
        "/b": { post: { $ref: "#/components/x-ops/one%20two" } },
      },
      components: {
        pathItems: { "a/b": { get: { summary: "A" } } },
        "x-ops": { "one two": { summary: "B" } },
      },
    };
    expect(
      read(document).operations.map(({ method, path, description }) => [method, path, description]),
    ).toEqual([
      ["GET", "/a", "A"],
      ["POST", "/b", "B"],
    ]);
  });

  test.each(["#/paths/~1b", "https://example.com/x.json", "#/none", "#/__proto__", "", "#"])(
    "%j leads nowhere",
    ($ref) => {
      const document = { paths: { "/a": { get: {} }, "/b": { $ref } } };
      expect(read(document).operations.map(({ path }) => path)).toEqual(["/a"]);
    },
  );
});

describe("descriptions", () => {
  test.each<[operation: Record<string, unknown>, description: string]>([
    [{ summary: "A", description: "B", operationId: "c" }, "A"],
    [{ summary: " ", description: "B\n\tC\u2028D" }, "B C D"],
    [{ summary: 5, operationId: "getA" }, "getA"],
    [{ summary: "😀".repeat(300) }, "😀".repeat(200)],
    [{}, ""],
  ])("%j", (operation, description) => {
    expect(read({ paths: { "/a": { get: operation } } }).operations[0]?.description).toBe(description);
  });
});

test.each([
  ["a", "it is no path"],
  ["/a?b", "it is no path"],
  ["/a#b", "it is no path"],
  ["/a\\b", "it is no path"],
  ["/a\nb", "it is no path"],
  ["/a/../b", "its path leads elsewhere"],
  ["/a/%2e%2E/b", "its path leads elsewhere"],
  ["/a%2Fb", "its path leads elsewhere"],
  ["/a%00", "its path leads elsewhere"],
  [`/${"a/".repeat(51)}`, "its path is too long"],
  ["/{a}{b}{c}{d}", "a part of its path has more than 3 placeholders"],
])("no script stands for the path %j", (path, reason) => {
  expect(read({ paths: { ...paths, [path]: { get: {} } } }).skipped).toEqual([`GET ${path}: ${reason}`]);
});

test("operations are counted, those that are passed over included", () => {
  expect(() => read({ paths: { "/a": { get: {}, put: {} }, b: { get: {} } } }, 2)).toThrow(
    "more than 2 operations",
  );
});

test.each([1_000, 100_000])(
  "of a path with %d characters after the slash, what is told of it is short",
  (count) => {
    const { skipped } = read({ paths: { ...paths, [`/${"a".repeat(count)}`]: { get: {} } } });
    expect(skipped).toEqual([`GET /${"a".repeat(999)}…: its path is too long`]);
  },
);
