import { describe, expect, test } from "bun:test";
import { addFile, directoryNode, RouteNode, removePath } from "../../../src/routing/route-tree.ts";

function treeOf(...files: readonly string[]): RouteNode {
  const root = new RouteNode();
  for (const file of files) addFile(root, file);
  return root;
}

describe("route tree", () => {
  test("a file that is known already, or that no request can reach, changes nothing", () => {
    const root = treeOf("a.ts");
    expect(addFile(root, "a.ts")).toBe(false);
    expect(addFile(root, "_x.ts")).toBe(false);
    expect(addFile(root, "notes.txt")).toBe(false);
    expect(removePath(root, "none")).toBe(false);
    expect(root).toEqual(treeOf("a.ts"));
  });

  const files = [
    "a.ts",
    "a/b.ts",
    "a/pre.ts",
    "a/x.md",
    "a/.exclusive",
    "[id]/c.js",
    "d/[...s].ts",
    "e/index.ts",
  ];
  test.each(files)("adding and removing %s leaves the tree as it was", (file) => {
    const others = files.filter((other) => other !== file);
    const root = treeOf(...others);
    expect(addFile(root, file)).toBe(true);
    expect(removePath(root, file)).toBe(true);
    expect(removePath(root, file)).toBe(false);
    for (const other of others) expect([other, addFile(root, other)]).toEqual([other, false]);
  });

  test("when everything was removed, nothing is left", () => {
    const root = treeOf(...files);
    for (const file of files) removePath(root, file);
    expect([root.literals, root.branches]).toEqual([null, null]);
  });

  test("a removed directory takes everything below it, and not the script of the same name beside it", () => {
    const root = treeOf("a.ts", "a/b.ts", "a/index.ts", "a/[id]/c.ts", "a/pre.ts", "ab/c.ts");
    expect(removePath(root, "a")).toBe(true);
    expect(root.literals?.get("a")).toMatchObject({
      scripts: ["a.ts", null, null, null],
      literals: null,
      facts: null,
    });
    expect(directoryNode(root, "ab")).toBeDefined();
    expect(removePath(root, "a")).toBe(false);
  });

  test("a directory that is called like a script can be removed, too", () => {
    const root = treeOf("x.ts/a.ts", "x.ts/b.ts");
    expect(removePath(root, "x.ts")).toBe(true);
    expect(root.literals).toBeNull();
  });
});
