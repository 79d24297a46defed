import { expect, test } from "bun:test";
import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ModulesDirectory } from "../../../src/packages/modules-directory.ts";
import { tempDir } from "../../support/temp-dir.ts";

const OLD = { "node_modules/old/index.js": "", "node_modules/@s/old/index.js": "" };
const NEW = {
  "node_modules/new/index.js": "",
  "node_modules/@s/new/index.js": "",
  "node_modules/@t/new/index.js": "",
  "node_modules/.bun-tmp-1/x": "",
};

test("what an install that went well has added stays, and is told", async () => {
  await using root = await tempDir();
  await root.write(OLD);
  const modules = new ModulesDirectory(root.path);
  const { outcome, done, added } = await modules.change(
    () => root.write(NEW).then(() => "fine"),
    () => true,
  );
  expect([outcome, done]).toEqual(["fine", true]);
  expect([...added].sort()).toEqual([".bun-tmp-1", "@s/new", "@t/new", "new"]);
  expect(await root.list()).toEqual(Object.keys({ ...OLD, ...NEW }).sort());
});

test.each<[string, () => Promise<boolean>]>([
  ["that says so", async () => false],
  ["that throws", () => Promise.reject(new Error("cut off"))],
])("what an install that failed has added is removed: one %s", async (_name, end) => {
  await using root = await tempDir();
  await root.write(OLD);
  const run = new ModulesDirectory(root.path).change(
    () => root.write(NEW).then(end),
    (isWell) => isWell,
  );
  await run.catch(() => undefined);
  expect(await root.list()).toEqual(Object.keys(OLD).sort());
});

test("what it has replaced, removed or written over is there again", async () => {
  await using root = await tempDir();
  const before = { ...OLD, "node_modules/.bin/x": "1", "node_modules/@s/old/deep/a.js": "old" };
  await root.write(before);
  await symlink("../old/index.js", join(root.path, "node_modules/.bin/link"));
  const modules = new ModulesDirectory(root.path);
  await modules.change(
    async () => {
      await rm(join(root.path, "node_modules/@s/old"), { recursive: true });
      await rm(join(root.path, "node_modules/.bin"), { recursive: true });
      await rm(join(root.path, "node_modules/old"), { recursive: true });
      await root.write({ ...NEW, "node_modules/old/index.js": "replaced" });
    },
    () => false,
  );
  expect(await root.list()).toEqual([...Object.keys(before), "node_modules/.bin/link"].sort());
  expect(await Bun.file(join(root.path, "node_modules/@s/old/deep/a.js")).text()).toBe("old");
  expect(await Bun.file(join(root.path, "node_modules/.bin/link")).text()).toBe("");
});

const CUT_OFF = {
  "node_modules/old/index.js": "half",
  "node_modules/new/index.js": "",
  "node_modules/.hoody-before/old/index.js": "whole",
};

test.each<[string, number, boolean, string]>([
  ["of a process that is gone is undone", 2 ** 30, false, "whole"],
  ["of a process that may be another one is left alone", process.ppid, false, "half"],
  ["is undone by whoever has the lock", process.ppid, true, "whole"],
  ["of a process with our own number is undone", process.pid, false, "whole"],
])("an install that was cut off %s", async (_name, pid, isAlone, content) => {
  await using root = await tempDir();
  await root.write({
    ...CUT_OFF,
    "node_modules/.hoody-install.json": JSON.stringify({ pid, before: ["old"] }),
  });
  const modules = new ModulesDirectory(root.path);
  expect(modules.hasBegun).toBe(true);
  await modules.recover(isAlone);
  expect(await Bun.file(join(root.path, "node_modules/old/index.js")).text()).toBe(content);
  if (content === "whole") expect(await root.list()).toEqual(["node_modules/old/index.js"]);
});

test("an undoing that was cut off itself is brought to its end", async () => {
  await using root = await tempDir();
  await root.write({
    "node_modules/first/index.js": "whole already",
    "node_modules/.hoody-before/old/index.js": "whole",
    "node_modules/.hoody-install.json": JSON.stringify({ pid: 2 ** 30, before: ["first", "old"] }),
  });
  await new ModulesDirectory(root.path).recover(true);
  expect(await root.list()).toEqual(["node_modules/first/index.js", "node_modules/old/index.js"]);
});

test("what was being linked aside when the server died means nothing", async () => {
  await using root = await tempDir();
  await root.write({ ...OLD, "node_modules/.hoody-before/old/index.js": "" });
  await new ModulesDirectory(root.path).recover(true);
  expect(await root.list()).toEqual(Object.keys(OLD).sort());
});
