import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { decodeLayers, safePath } from "../../../src/base/safe-path.ts";
import { tempDir } from "../../support/temp-dir.ts";

/** The reason of a refusal, or the entry that was found. */
function verdict(root: string, path: string): string {
  const safe = safePath(root, path);
  return safe.kind === "refused" ? safe.reason : `inside:${safe.entry}`;
}

describe("safePath", () => {
  const rows: readonly [path: string, verdict: string][] = [
    ["a.js", "inside:a.js"],
    ["new/dir/a.js", "inside:new/dir/a.js"],
    ["./a//b/./c.js", "inside:a/b/c.js"],
    ["", "inside:"],
    ["..a/b..js", "inside:..a/b..js"],
    ["100%.js", "inside:100%.js"],
    ["caf%C3%A9.js", "inside:caf%C3%A9.js"],
    ["../a.js", "outside"],
    ["a/../b.js", "outside"],
    ["a/..", "outside"],
    ["%2e%2e/a.js", "outside"],
    ["%252e%252e%252fa.js", "outside"],
    ["a%2f..%2fb", "outside"],
    ["%25252525252e./x", "outside"],
    ["a\0.js", "outside"],
    ["a%00.js", "outside"],
    ["a\\b.js", "outside"],
    ["a%5cb.js", "outside"],
    ["/etc/passwd", "outside"],
    ["a\ud800.js", "malformed"],
    [`${"a".repeat(256)}`, "tooLong"],
    [`${"é".repeat(128)}`, "tooLong"],
    ["a/".repeat(2100), "tooLong"],
    ["é/".repeat(1400), "tooLong"],
  ];
  test.each(rows)("%j is judged %s", async (path, expected) => {
    await using directory = await tempDir();
    expect(verdict(directory.path, path)).toBe(expected);
  });

  test("takes an absolute path below the root, however the root is spelled, and none beside it", async () => {
    await using directory = await tempDir();
    await directory.write({ "root/a.js": "" });
    await symlink(join(directory.path, "root"), join(directory.path, "alias"));
    const root = join(directory.path, "alias");
    expect(verdict(root, join(root, "a.js"))).toBe("inside:a.js");
    expect(verdict(root, join(directory.path, "root/a.js"))).toBe("inside:a.js");
    expect(verdict(root, root)).toBe("inside:");
    expect(verdict(root, join(directory.path, "alias-2/a.js"))).toBe("outside");
  });

  test("refuses links that lead out, also through a tail that does not exist", async () => {
    await using directory = await tempDir();
    await directory.write({ "root/real/a.js": "", "outside/secret.js": "" });
    const root = join(directory.path, "root");
    await symlink("../outside", join(root, "out"));
    await symlink("../outside/not-there", join(root, "dangling"));
    await symlink("loop", join(root, "loop"));
    await symlink("out", join(root, "hop"));
    for (const path of [
      "out/secret.js",
      "out",
      "out/new/deep.js",
      "dangling",
      "dangling/x.js",
      "loop/x",
      "hop/new.js",
    ]) {
      expect([path, verdict(root, path)]).toEqual([path, "symlink"]);
    }
  });

  test("names a file behind an inner link by its real directory, and keeps a link at the end as it is named", async () => {
    await using directory = await tempDir();
    await directory.write({ "real/a.js": "" });
    await symlink("real", join(directory.path, "alias"));
    await symlink("real/a.js", join(directory.path, "b.js"));
    expect(safePath(directory.path, "alias/a.js")).toEqual({
      kind: "inside",
      relative: "alias/a.js",
      entry: "real/a.js",
      real: "real/a.js",
    });
    expect(safePath(directory.path, "alias/new/x.js")).toMatchObject({ entry: "real/new/x.js" });
    expect(safePath(directory.path, "b.js")).toMatchObject({ entry: "b.js", real: "real/a.js" });
  });

  test("a file in the place of a directory is left to the operation that meets it", async () => {
    await using directory = await tempDir();
    await directory.write({ "a.js": "" });
    expect(verdict(directory.path, "a.js/b/c.js")).toBe("inside:a.js/b/c.js");
  });
});

test("decodeLayers undoes every layer and leaves bytes above ASCII alone", () => {
  expect(decodeLayers("%25252e")).toBe(".");
  expect(decodeLayers("%C3%A9%zz%")).toBe("%C3%A9%zz%");
});
