import { expect, test } from "bun:test";
import { chmod, symlink } from "node:fs/promises";
import { join } from "node:path";
import { isFileInside, scanRouteFiles } from "../../../src/routing/scan.ts";
import { tempDir } from "../../support/temp-dir.ts";

test("files in directories that can hold routes are visited, and no others", async () => {
  await using directory = await tempDir();
  await directory.write({
    "a.ts": "",
    "x/.exclusive": "",
    "x/_helper.ts": "",
    "x/_lib/b.ts": "",
    "x/.git/c.ts": "",
    "node_modules/d.js": "",
  });
  const visited: string[] = [];
  scanRouteFiles(directory.path, (file) => visited.push(file));
  expect(visited.sort()).toEqual(["a.ts", "x/.exclusive", "x/_helper.ts"]);
});

test("links are visited when they end at a file inside", async () => {
  await using directory = await tempDir();
  await directory.write({ "a.ts": "", "d/b.ts": "" });
  await symlink("d/b.ts", join(directory.path, "inner.ts"));
  await symlink("/etc/hostname", join(directory.path, "outer.ts"));
  await symlink("d", join(directory.path, "directory"));
  const visited: string[] = [];
  scanRouteFiles(directory.path, (file) => visited.push(file));
  expect(visited.sort()).toEqual(["a.ts", "d/b.ts", "inner.ts"]);
  expect(["inner.ts", "outer.ts", "directory"].map((link) => isFileInside(directory.path, link))).toEqual([
    true,
    false,
    false,
  ]);
});

test.skipIf(process.getuid?.() === 0)(
  "a directory that cannot be read does not hide the others (skipped for root, who reads all)",
  async () => {
    await using directory = await tempDir();
    await directory.write({ "closed/a.ts": "", "open/b.ts": "" });
    await chmod(join(directory.path, "closed"), 0o000);
    const visited: string[] = [];
    scanRouteFiles(directory.path, (file) => visited.push(file));
    await chmod(join(directory.path, "closed"), 0o700);
    expect(visited).toEqual(["open/b.ts"]);
  },
);
