import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type ScriptChange, ScriptChanges } from "../../../src/scripts/changes.ts";
import { toDeployment } from "../../../src/scripts/deployment.ts";
import { ScriptStore } from "../../../src/scripts/store.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";

/** A store over a directory that notes what it tells. */
function storeIn(directory: TempDir) {
  const changes = new ScriptChanges();
  const told: ScriptChange[] = [];
  changes.subscribe((change) => told.push(change));
  return { store: new ScriptStore({ root: directory.path, changes }), told };
}

/** What a refused operation answers. */
const refusal = (kind: string, status: number) => ({ kind, status });

describe("write", () => {
  test("tells the change before it resolves, and says whether the file is new", async () => {
    await using directory = await tempDir();
    const { store, told } = storeIn(directory);
    expect(await store.write("default/1/a.js", "é", { createDirs: true })).toMatchObject({
      created: true,
      size: 2,
    });
    expect(told).toEqual([{ kind: "written", file: "default/1/a.js", origin: "api" }]);
    expect(await store.write("default/1/a.js", "", { createDirs: true })).toMatchObject({
      created: false,
      size: 0,
    });
    expect(await directory.list()).toEqual(["default/1/a.js"]);
  });

  test("the new content is on the disk when a listener hears of it", async () => {
    await using directory = await tempDir();
    const changes = new ScriptChanges();
    const store = new ScriptStore({ root: directory.path, changes });
    const seen: Promise<string>[] = [];
    changes.subscribe(() => seen.push(store.readText("a.js").then(({ text }) => text)));
    await store.write("a.js", "new", { createDirs: false });
    expect(await Promise.all(seen)).toEqual(["new"]);
  });

  test("many writes of one path at once end with the one asked for last", async () => {
    await using directory = await tempDir();
    const { store, told } = storeIn(directory);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => store.write("a.js", `return ${index}`, { createDirs: true })),
    );
    expect(answers.map(({ created }) => created)).toEqual([true, ...Array(29).fill(false)]);
    expect((await store.readText("a.js")).text).toBe("return 29");
    expect(told).toHaveLength(30);
    expect(await directory.list()).toEqual(["a.js"]);
  });

  const wrongs: readonly [why: string, file: string, createDirs: boolean][] = [
    ["over a directory", "taken", true],
    ["below a file", "a.js/b/c.js", true],
    ["below a file, without making directories", "a.js/b.js", false],
    ["without its directory", "none/b.js", false],
    ["with a name that is too long", `${"n".repeat(256)}.js`, true],
  ];
  test.each(wrongs)("%s is the caller's mistake and changes nothing", async (_, file, createDirs) => {
    await using directory = await tempDir();
    await directory.write({ "a.js": "1", "taken/x.js": "1" });
    const { store, told } = storeIn(directory);
    await expect(store.write(file, "2", { createDirs })).rejects.toMatchObject(refusal("invalidInput", 400));
    expect(told).toEqual([]);
    expect(await directory.list()).toEqual(["a.js", "taken/x.js"]);
  });

  test.skipIf(!existsSync("/sys/kernel"))(
    "trouble with the disk is ours: 500, without an absolute path (skipped where there is no /sys)",
    async () => {
      await using directory = await tempDir();
      const { store, told } = storeIn(directory);
      // Nobody makes files in /sys, not even root.
      await symlink("/sys/kernel", join(directory.path, "broken"));
      const error = await store.write("broken/a.js", "2", { createDirs: false }).catch((thrown) => thrown);
      expect(error).toMatchObject(refusal("storageFailed", 500));
      expect(error.message).not.toContain("/sys");
      expect(error.message).not.toContain(directory.path);
      expect(told).toEqual([]);
    },
  );
});

describe("delete", () => {
  test("removes the file alone, not the directory it leaves empty", async () => {
    await using directory = await tempDir();
    await directory.write({ "x/a.js": "12345", "x/a.md": "" });
    const { store, told } = storeIn(directory);
    expect(await store.delete("x/a.js")).toEqual({ size: 5 });
    expect(told).toEqual([{ kind: "removed", file: "x/a.js", origin: "api" }]);
    await store.delete("x/a.md");
    expect(await store.list("x", { recursive: false })).toEqual([]);
  });

  test("answers 404 for what is not there and 400 for a directory", async () => {
    await using directory = await tempDir();
    await directory.write({ "x/a.js": "" });
    const { store, told } = storeIn(directory);
    await expect(store.delete("b.js")).rejects.toMatchObject(refusal("scriptMissing", 404));
    await expect(store.delete("x/a.js/b.js")).rejects.toMatchObject(refusal("scriptMissing", 404));
    await expect(store.delete("x")).rejects.toMatchObject(refusal("invalidInput", 400));
    expect(told).toEqual([]);
  });

  test("takes a link away, not what it leads to", async () => {
    await using directory = await tempDir();
    await directory.write({ "a.js": "1" });
    await symlink("a.js", join(directory.path, "b.js"));
    const { store } = storeIn(directory);
    await store.delete("b.js");
    expect(await directory.list()).toEqual(["a.js"]);
  });
});

describe("move", () => {
  test("makes the new directory, keeps the old one and tells both names", async () => {
    await using directory = await tempDir();
    await directory.write({ "x/a.js": "123", "x/a.env": "" });
    const { store, told } = storeIn(directory);
    expect(await store.move("x/a.js", "y/z/b.js", { overwrite: false })).toEqual({ size: 3 });
    expect(told).toEqual([
      { kind: "written", file: "y/z/b.js", origin: "api" },
      { kind: "removed", file: "x/a.js", origin: "api" },
    ]);
    expect(await directory.list()).toEqual(["x/a.env", "y/z/b.js"]);
  });

  test("leaves an existing target alone unless it may be overwritten", async () => {
    await using directory = await tempDir();
    await directory.write({ "a.js": "a", "b.js": "b" });
    const { store, told } = storeIn(directory);
    await expect(store.move("a.js", "b.js", { overwrite: false })).rejects.toMatchObject(
      refusal("targetExists", 409),
    );
    expect(told).toEqual([]);
    expect((await store.readText("b.js")).text).toBe("b");
    await store.move("a.js", "b.js", { overwrite: true });
    expect((await store.readText("b.js")).text).toBe("a");
    expect(await directory.list()).toEqual(["b.js"]);
  });

  const wrongs: readonly [from: string, to: string, kind: string, status: number][] = [
    ["none.js", "b.js", "scriptMissing", 404],
    ["dir", "b.js", "invalidInput", 400],
    ["a.js", "dir", "invalidInput", 400],
    ["a.js", "dir/x.js/y.js", "invalidInput", 400],
    ["a.js", `${"n".repeat(300)}.js`, "invalidInput", 400],
  ];
  test.each(wrongs)("a wrong move is refused: %s", async (from, to, kind, status) => {
    await using directory = await tempDir();
    await directory.write({ "a.js": "a", "dir/x.js": "" });
    const { store, told } = storeIn(directory);
    await expect(store.move(from, to, { overwrite: true })).rejects.toMatchObject(refusal(kind, status));
    expect(told).toEqual([]);
    expect(await directory.list()).toEqual(["a.js", "dir/x.js"]);
  });

  test("two moves of one file: the first has it, the second answers 404", async () => {
    await using directory = await tempDir();
    await directory.write({ "a.js": "a" });
    const { store } = storeIn(directory);
    const outcomes = await Promise.allSettled([
      store.move("a.js", "b.js", { overwrite: false }),
      store.move("a.js", "c.js", { overwrite: false }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(await directory.list()).toEqual(["b.js"]);
  });
});

describe("readText", () => {
  test("answers bytes, times and extension", async () => {
    await using directory = await tempDir();
    await directory.write({ "x/notes.tar.md": "é" });
    const { store } = storeIn(directory);
    const { text, size, created, modified, extension } = await store.readText("x/notes.tar.md");
    expect({ text, size, extension }).toEqual({ text: "é", size: 2, extension: ".md" });
    expect(created.getTime()).toBeLessThanOrEqual(modified.getTime() + 1);
  });

  test("refuses what could be read for ever", async () => {
    await using directory = await tempDir();
    const { store } = storeIn(directory);
    await Bun.$`mkfifo ${join(directory.path, "pipe.js")}`.quiet();
    await expect(store.readText("pipe.js")).rejects.toMatchObject(refusal("invalidInput", 400));
    await expect(store.readText("default")).rejects.toMatchObject(refusal("invalidInput", 400));
    await expect(store.readText("none.js")).rejects.toMatchObject(refusal("scriptMissing", 404));
  });
});

describe("list", () => {
  test("hides reserved and dot names and links that lead out, and sorts by name", async () => {
    await using directory = await tempDir();
    await directory.write({ "b.js": "", "a/c.js": "", ".x": "", "node_modules/p.js": "", "_sdk/s.js": "" });
    await symlink("/etc", join(directory.path, "etc"));
    await symlink("b.js", join(directory.path, "c.js"));
    const { store } = storeIn(directory);
    const names = (await store.list("", { recursive: false })).map(
      ({ name, isDirectory }) => `${name}:${isDirectory}`,
    );
    expect(names).toEqual(["a:true", "b.js:false", "c.js:false", "default:true"]);
  });

  test("walks all files below, never through a link in a circle", async () => {
    await using directory = await tempDir();
    await directory.write({ "x/a.js": "", "x/y/b.js": "", "x/y/.hidden/c.js": "" });
    await symlink("..", join(directory.path, "x/y/up"));
    const { store } = storeIn(directory);
    const paths = (await store.list("x", { recursive: true })).map(({ path }) => path);
    expect(paths).toEqual(["x/a.js", "x/y/b.js"]);
  });

  test("answers 404 for what is not there and 400 for a file", async () => {
    await using directory = await tempDir();
    await directory.write({ "a.js": "" });
    const { store } = storeIn(directory);
    await expect(store.list("none", { recursive: false })).rejects.toMatchObject(
      refusal("directoryMissing", 404),
    );
    await expect(store.list("a.js", { recursive: true })).rejects.toMatchObject({
      ...refusal("invalidInput", 400),
      message: "dir is not a directory",
    });
  });
});

describe("resolve", () => {
  test("never answers a deployment itself, so that no file can stand in its place", async () => {
    await using directory = await tempDir();
    const { store } = storeIn(directory);
    const deployment = toDeployment("app", "2");
    for (const path of [".", "app/2", "./", directory.path]) {
      expect(() => store.resolve(path, deployment)).toThrow("path is a directory");
    }
    expect(store.resolveDirectory("", deployment)).toBe("app/2");
  });

  test("never answers a temporary file", async () => {
    await using directory = await tempDir();
    const { store } = storeIn(directory);
    const path = "x/.hoody-0123456789abcdef.tmp";
    expect(() => store.resolve(path, toDeployment("default", "1"))).toThrow("Path is excluded from access");
  });
});

test("a new store makes its root and the default deployment in it", async () => {
  await using directory = await tempDir();
  await rm(directory.path, { recursive: true });
  const { store } = storeIn(directory);
  expect(await store.list("default/1", { recursive: false })).toEqual([]);
  await mkdir(join(directory.path, "app/2"), { recursive: true });
  storeIn(directory);
  expect((await store.list("", { recursive: false })).map(({ name }) => name)).toEqual(["app", "default"]);
});
