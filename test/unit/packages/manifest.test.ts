import { expect, test } from "bun:test";
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
  await new Manifest(directory.path).addDependency("pad", "^1.0.0");
  expect(await Bun.file(join(directory.path, "package.json")).text()).toBe(after);
  expect(await directory.list()).toEqual(["package.json"]);
});

test("a package counts as listed in any group, and by its own name only", async () => {
  await using directory = await tempDir();
  await directory.write({
    "package.json":
      '{ "dependencies": { "a": "1" }, "devDependencies": { "b": "1" }, "optionalDependencies": { "c": "1" }, "peerDependencies": { "d": "1" } }',
  });
  const manifest = new Manifest(directory.path);
  expect(["a", "b", "c", "d", "e", "toString"].map((name) => manifest.lists(name))).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
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
  await manifest.addDependency("pad", "^1.0.0");
  expect(manifest.isOurs()).toBe(true);
  await directory.write({ "package.json": "{}" });
  expect(manifest.isOurs()).toBe(false);
});

test.each(["[]", "1", "{ oops", ""])("a file that holds no object is refused: %p", async (text) => {
  await using directory = await tempDir();
  await directory.write({ "package.json": text });
  const manifest = new Manifest(directory.path);
  expect(() => manifest.lists("a")).toThrow(SyntaxError);
  expect(manifest.addDependency("a", "1")).rejects.toThrow(SyntaxError);
  expect(await Bun.file(join(directory.path, "package.json")).text()).toBe(text);
});
