import { expect, test } from "bun:test";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Manifest } from "../../../src/packages/manifest.ts";
import { tempDir } from "../../support/temp-dir.ts";

test.each<[string, string, string]>([
  [
    "four spaces",
    '{\n    "name": "x"\n}\n',
    '{\n    "name": "x",\n    "dependencies": {\n        "pad": "^1.0.0"\n    }\n}\n',
  ],
  ["tabs", '{\n\t"name": "x"\n}', '{\n\t"name": "x",\n\t"dependencies": {\n\t\t"pad": "^1.0.0"\n\t}\n}\n'],
  [
    "sorted among the others",
    '{\n  "dependencies": { "z": "1", "a": "2" }\n}\n',
    '{\n  "dependencies": {\n    "a": "2",\n    "pad": "^1.0.0",\n    "z": "1"\n  }\n}\n',
  ],
])("a dependency is added in the layout of the file: %s", async (_name, before, after) => {
  await using directory = await tempDir();
  await directory.write({ "package.json": before });
  await new Manifest(directory.path).list("pad", "^1.0.0");
  expect(await Bun.file(join(directory.path, "package.json")).text()).toBe(after);
  expect(await directory.list()).toEqual(["package.json"]);
});

test("a package is listed in its group, and by its own name only", async () => {
  await using directory = await tempDir();
  await directory.write({
    "package.json":
      '{ "dependencies": { "a": "1" }, "devDependencies": { "b": "1" }, "optionalDependencies": { "c": "1" }, "peerDependencies": { "d": "1" } }',
  });
  const manifest = new Manifest(directory.path);
  expect(["a", "b", "c", "d", "e", "toString"].map((name) => manifest.groupOf(name))).toEqual([
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
    null,
    null,
  ]);
});

test("it is created only where there is none, and can be removed again", async () => {
  await using directory = await tempDir();
  const manifest = new Manifest(directory.path);
  expect(await manifest.ensure()).toBe(true);
  expect(await manifest.ensure()).toBe(false);
  manifest.removeCreated();
  expect(await directory.list()).toEqual([]);
});

test("it knows its own text from that of others", async () => {
  await using directory = await tempDir();
  const manifest = new Manifest(directory.path);
  await manifest.list("pad", "^1.0.0");
  expect(manifest.isOurs()).toBe(true);
  await directory.write({ "package.json": "{}" });
  expect(manifest.isOurs()).toBe(false);
});

test.each(["[]", "1", "{ oops", ""])("a file that holds no object is refused: %p", async (text) => {
  await using directory = await tempDir();
  await directory.write({ "package.json": text });
  const manifest = new Manifest(directory.path);
  expect(() => manifest.groupOf("a")).toThrow("package.json cannot be used: it ");
  await expect(manifest.list("a", "1")).rejects.toThrow("package.json cannot be used: it ");
  expect(await Bun.file(join(directory.path, "package.json")).text()).toBe(text);
});

test("a directory, a pipe and a file that is too large are refused without being read", async () => {
  await using directory = await tempDir();
  const file = join(directory.path, "package.json");
  const manifest = new Manifest(directory.path);
  await mkdir(file);
  expect(() => manifest.read()).toThrow("it is no file");
  await expect(manifest.create({}, { replace: true })).rejects.toThrow("it is a directory");
  await rm(file, { recursive: true });
  Bun.spawnSync(["mkfifo", file]);
  expect(() => manifest.read()).toThrow("it is no file");
  await rm(file);
  await Bun.write(file, `{}${" ".repeat(1024 * 1024)}`);
  expect(() => manifest.read()).toThrow("it is larger than 1048576 bytes");
});

test("a link is followed inside the scripts root only, and replaced by what is written", async () => {
  await using directory = await tempDir();
  await using elsewhere = await tempDir();
  await elsewhere.write({ "package.json": '{ "name": "secret" }' });
  await directory.write({ "shared.json": '{ "name": "mine" }' });
  const file = join(directory.path, "package.json");
  const manifest = new Manifest(directory.path);
  await symlink(join(elsewhere.path, "package.json"), file);
  expect(() => manifest.read()).toThrow("resolves through a symlink");
  await expect(manifest.list("a", "1")).rejects.toThrow("resolves through a symlink");
  expect(await Bun.file(join(elsewhere.path, "package.json")).text()).toBe('{ "name": "secret" }');
  await rm(file);
  await symlink("shared.json", file);
  expect(manifest.read()).toEqual({ name: "mine" });
  await manifest.list("a", "1");
  expect(manifest.read()).toEqual({ name: "mine", dependencies: { a: "1" } });
  expect(await Bun.file(join(directory.path, "shared.json")).json()).toEqual({ name: "mine" });
});

test("changes at the same time lose nothing, those of another server included", async () => {
  await using directory = await tempDir();
  const servers = [new Manifest(directory.path), new Manifest(directory.path)];
  const names = Array.from({ length: 20 }, (_, each) => `p${each}`);
  await Promise.all(names.map((name, each) => servers[each % 2]?.list(name, "1")));
  expect(Object.keys(servers[0]?.read()?.["dependencies"] ?? {})).toEqual([...names].sort());
});
