import { describe, expect, test } from "bun:test";
import { chmod, chown, lstat, mkdir, readdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { isTemporaryName, writeAtomically } from "../../../src/base/atomic-write.ts";
import { faultyFiles } from "../../support/faulty-files.ts";
import { tempDir } from "../../support/temp-dir.ts";

describe("writeAtomically", () => {
  test("makes a file and answers its size in bytes", async () => {
    await using directory = await tempDir();
    const target = join(directory.path, "a.js");
    const { size, modified } = await writeAtomically(target, "é\n");
    expect(size).toBe(3);
    expect(modified.getTime()).toBe((await stat(target)).mtime.getTime());
    expect(await Bun.file(target).text()).toBe("é\n");
    expect(await directory.list()).toEqual(["a.js"]);
  });

  test("keeps the mode of the file it replaces, whatever the umask", async () => {
    await using directory = await tempDir();
    const target = join(directory.path, "a.js");
    await directory.write({ "a.js": "1" });
    await chmod(target, 0o777);
    await writeAtomically(target, "2");
    expect((await stat(target)).mode & 0o777).toBe(0o777);
  });

  test.skipIf(process.geteuid?.() !== 0)(
    "gives the new file to the owner of the one it replaces (skipped unless root runs it)",
    async () => {
      await using directory = await tempDir();
      const target = join(directory.path, "a.js");
      await directory.write({ "a.js": "1" });
      await chown(target, 12_345, 12_346);
      await chmod(target, 0o640);
      await writeAtomically(target, "2");
      const { uid, gid, mode } = await stat(target);
      expect({ uid, gid, mode: mode & 0o7777 }).toEqual({ uid: 12_345, gid: 12_346, mode: 0o640 });
    },
  );

  test("flushes the content before it takes the name, and the name before it answers", async () => {
    await using directory = await tempDir();
    await directory.write({ "a.js": "1" });
    const files = faultyFiles(() => null);
    await writeAtomically(join(directory.path, "a.js"), "2", files);
    const steps = ["file.write", "file.chmod", "file.sync", "file.stat", "file.close", "rename", "file.sync"];
    expect(files.calls.map(({ name }) => name)).toEqual(["open", "stat", "open", ...steps, "file.close"]);
  });

  test("replaces a link and leaves alone what it leads to", async () => {
    await using directory = await tempDir();
    await directory.write({ "a.js": "1" });
    const target = join(directory.path, "b.js");
    await symlink("a.js", target);
    await writeAtomically(target, "2");
    expect((await lstat(target)).isFile()).toBe(true);
    expect(await Bun.file(join(directory.path, "a.js")).text()).toBe("1");
  });

  test("a reader meets the whole old text or the whole new one, never a part", async () => {
    await using directory = await tempDir();
    const target = join(directory.path, "a.js");
    const texts = ["a".repeat(300_000), "b".repeat(200_000)];
    await writeAtomically(target, texts[0]!);
    let isWriting = true;
    const writing = (async () => {
      for (let turn = 1; turn <= 20; turn++) await writeAtomically(target, texts[turn % 2]!);
      isWriting = false;
    })();
    const seen = new Set<string>();
    while (isWriting) seen.add(await Bun.file(target).text());
    await writing;
    expect([...seen].filter((text) => !texts.includes(text))).toEqual([]);
    expect(seen.size).toBeGreaterThan(0);
  });

  test("leaves neither a temporary file nor a changed target when the target cannot be replaced", async () => {
    await using directory = await tempDir();
    const target = join(directory.path, "taken");
    await mkdir(target);
    await expect(writeAtomically(target, "x")).rejects.toMatchObject({ code: "EISDIR" });
    expect(await readdir(directory.path)).toEqual(["taken"]);
  });

  test("fails without a trace where its directory is missing", async () => {
    await using directory = await tempDir();
    await expect(writeAtomically(join(directory.path, "none/a.js"), "x")).rejects.toMatchObject({
      code: "ENOENT",
    });
    expect(await readdir(directory.path)).toEqual([]);
  });

  test("writes a name of 255 bytes", async () => {
    await using directory = await tempDir();
    await writeAtomically(join(directory.path, "n".repeat(255)), "x");
    expect(await directory.list()).toEqual(["n".repeat(255)]);
  });

  test("its temporary files are recognised by name, in every directory, and nothing else is", async () => {
    expect(isTemporaryName("a/b/.hoody-0123456789abcdef.tmp")).toBe(true);
    expect(isTemporaryName(".hoody-cache/0.tmp")).toBe(false);
    expect(isTemporaryName("a.tmp")).toBe(false);
  });
});
