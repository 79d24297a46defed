import { expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { readDetails, readEntries, walkFiles } from "../../../src/scripts/directory.ts";
import { tempDir } from "../../support/temp-dir.ts";

test("an entry tells a link from what it is", async () => {
  await using directory = await tempDir();
  await directory.write({ "d/a.js": "" });
  await symlink("d", join(directory.path, "link"));
  await symlink("/", join(directory.path, "root"));
  await symlink("nothing", join(directory.path, "dangling"));
  await Bun.$`mkfifo ${join(directory.path, "pipe")}`.quiet();
  expect(await readEntries(directory.path, "")).toEqual([
    { name: "d", path: "d", isDirectory: true, isLink: false },
    { name: "link", path: "link", isDirectory: true, isLink: true },
  ]);
});

test("a walk goes by name, directories where their name stands", async () => {
  await using directory = await tempDir();
  await directory.write({ "b/x.js": "", "b/a/y.js": "", "a.js": "", "c.js": "" });
  expect((await walkFiles(directory.path, "")).map(({ path }) => path)).toEqual([
    "a.js",
    "b/a/y.js",
    "b/x.js",
    "c.js",
  ]);
});

test("details of a file that is gone are null", async () => {
  await using directory = await tempDir();
  await directory.write({ "a.js": "123" });
  expect(readDetails(directory.path, "a.js")).toMatchObject({ size: 3, modified: expect.any(Date) });
  expect(readDetails(directory.path, "b.js")).toBeNull();
});
