import { describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { flushDirectories, makeDirectory, makeDirectorySync } from "../../../src/base/make-directory.ts";
import { faultyFiles } from "../../support/faulty-files.ts";
import { tempDir } from "../../support/temp-dir.ts";

describe("makeDirectory", () => {
  test("flushes each new name into the directory that holds it", async () => {
    await using directory = await tempDir();
    const files = faultyFiles(() => null);
    await makeDirectory(join(directory.path, "a/b/c"), files);
    const steps = files.calls
      .map(({ name }) => name)
      .filter((name) => name === "mkdir" || name === "file.sync");
    expect(steps).toEqual(["mkdir", "file.sync", "mkdir", "file.sync", "mkdir", "file.sync"]);
    await makeDirectory(join(directory.path, "a/b/c"), files);
    expect(files.calls.filter(({ name }) => name === "mkdir")).toHaveLength(3);
  });

  test("takes back what it made when it fails half-way", async () => {
    await using directory = await tempDir();
    let made = 0;
    const files = faultyFiles(({ name }) =>
      name === "mkdir" && ++made === 3 ? { kind: "error", code: "ENOSPC" } : null,
    );
    await expect(makeDirectory(join(directory.path, "a/b/c"), files)).rejects.toMatchObject({
      code: "ENOSPC",
    });
    expect(await Array.fromAsync(new Bun.Glob("**").scan({ cwd: directory.path, onlyFiles: false }))).toEqual(
      [],
    );
  });

  test("makes nothing below a file", async () => {
    await using directory = await tempDir();
    await directory.write({ a: "" });
    await expect(makeDirectory(join(directory.path, "a/b"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });
});

describe("makeDirectorySync", () => {
  test("names whatever holds a new directory, and flushDirectories forgets what it has flushed", async () => {
    await using directory = await tempDir();
    const holders = makeDirectorySync(join(directory.path, "a/b"));
    expect(holders).toEqual([directory.path, join(directory.path, "a")]);
    expect(makeDirectorySync(join(directory.path, "a/b"))).toEqual([]);

    let flushes = 0;
    const failing = faultyFiles(({ name }) =>
      name === "file.sync" && ++flushes === 2 ? { kind: "error", code: "EIO" } : null,
    );
    await expect(flushDirectories(holders, failing)).rejects.toMatchObject({ code: "EIO" });
    expect(holders).toEqual([join(directory.path, "a")]);
    await flushDirectories(holders);
    expect(holders).toEqual([]);
  });

  test("what has gone away meanwhile keeps nobody from writing", async () => {
    await using directory = await tempDir();
    const holders = makeDirectorySync(join(directory.path, "a/b"));
    await rm(join(directory.path, "a"), { recursive: true });
    await flushDirectories(holders);
    expect(holders).toEqual([]);
  });
});
