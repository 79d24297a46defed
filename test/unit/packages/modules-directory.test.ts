import { expect, test } from "bun:test";
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

test.each<[string, number, readonly string[]]>([
  ["of a process that is gone is undone", 2 ** 30, ["node_modules/old/index.js"]],
  [
    "of a process that runs is left alone",
    process.ppid,
    ["node_modules/.hoody-install.json", "node_modules/new/index.js", "node_modules/old/index.js"],
  ],
  ["of a process with our own number is undone", process.pid, ["node_modules/old/index.js"]],
])("an install that was cut off %s", async (_name, pid, left) => {
  await using root = await tempDir();
  await root.write({
    "node_modules/old/index.js": "",
    "node_modules/new/index.js": "",
    "node_modules/.hoody-install.json": JSON.stringify({ pid, before: ["old"] }),
  });
  new ModulesDirectory(root.path).recover();
  expect(await root.list()).toEqual([...left]);
});

test("a journal that was cut off itself says that nothing had begun", async () => {
  await using root = await tempDir();
  await root.write({
    "node_modules/old/index.js": "",
    "node_modules/.hoody-install.json": '{ "pid": 1, "bef',
  });
  new ModulesDirectory(root.path).recover();
  expect(await root.list()).toContain("node_modules/old/index.js");
});
