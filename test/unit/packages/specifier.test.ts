import { expect, test } from "bun:test";
import { parseSpecifier, type Specifier } from "../../../src/packages/specifier.ts";

const ROWS: readonly (readonly [string, Specifier])[] = [
  ["./a", { kind: "file" }],
  ["../lib/a.ts", { kind: "file" }],
  ["..", { kind: "file" }],
  ["/etc/a.js", { kind: "file" }],
  ["file:///a.js", { kind: "file" }],
  ["fs", { kind: "builtin", name: "fs" }],
  ["fs/promises", { kind: "builtin", name: "fs/promises" }],
  ["node:sqlite", { kind: "builtin", name: "node:sqlite" }],
  ["bun", { kind: "builtin", name: "bun" }],
  ["bun:sqlite", { kind: "builtin", name: "bun:sqlite" }],
  ["lodash", { kind: "package", name: "lodash" }],
  ["lodash/fp/get.js", { kind: "package", name: "lodash" }],
  ["bunyan", { kind: "package", name: "bunyan" }],
  ["@scope/name", { kind: "package", name: "@scope/name" }],
  ["@scope/name/sub", { kind: "package", name: "@scope/name" }],
  ["big.js", { kind: "package", name: "big.js" }],
  ["lodash@4", { kind: "versioned", name: "lodash", version: "4" }],
  ["lodash@^4.1.0/fp", { kind: "versioned", name: "lodash", version: "^4.1.0" }],
  ["@scope/name@latest", { kind: "versioned", name: "@scope/name", version: "latest" }],
  ["", { kind: "invalid" }],
  ["@scope", { kind: "invalid" }],
  [".hidden", { kind: "invalid" }],
  ["a b", { kind: "invalid" }],
  ["@../x", { kind: "invalid" }],
  ["@a/..", { kind: "invalid" }],
  ["-g", { kind: "invalid" }],
  ["--registry=x", { kind: "invalid" }],
  ["github:a/b", { kind: "invalid" }],
  ["git+ssh://git@host/x.git", { kind: "invalid" }],
  ["npm:lodash", { kind: "invalid" }],
  ["node_modules", { kind: "invalid" }],
  ["favicon.ico", { kind: "invalid" }],
  ["a".repeat(214), { kind: "package", name: "a".repeat(214) }],
  ["a".repeat(215), { kind: "invalid" }],
];

test.each(ROWS)("%p is read as what it names", (text, expected) => {
  expect(parseSpecifier(text)).toEqual(expected);
});
