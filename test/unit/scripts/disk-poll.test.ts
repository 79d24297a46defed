import { expect, test } from "bun:test";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DiskPoll } from "../../../src/scripts/disk-poll.ts";
import { tempDir } from "../../support/temp-dir.ts";

test("each reading names the files that are new, other or gone since the last", async () => {
  await using directory = await tempDir();
  await directory.write({ "a.js": "1", "d/b.js": "1", "node_modules/c.js": "" });
  const poll = new DiskPoll(directory.path);
  expect([...poll.changedPaths()].sort()).toEqual(["a.js", "d/b.js"]);
  expect(poll.changedPaths()).toEqual([]);
  await writeFile(join(directory.path, "a.js"), "22");
  await directory.write({ "d/e/new.js": "" });
  await rm(join(directory.path, "d/b.js"));
  expect([...poll.changedPaths()].sort()).toEqual(["a.js", "d/b.js", "d/e/new.js"]);
  expect(poll.changedPaths()).toEqual([]);
});

test("a directory that is not there holds nothing", () => {
  expect(new DiskPoll("/nowhere/at/all").changedPaths()).toEqual([]);
});
