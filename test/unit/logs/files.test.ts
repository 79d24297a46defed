import { afterAll, describe, expect, test } from "bun:test";
import { readdir, readFile, rename, symlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import { LogFiles, type LogFilesOptions } from "../../../src/logs/files.ts";
import { nameWith } from "../../support/debian-package.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { mountSmallDisk } from "../../support/small-disk.ts";
import { tempDir } from "../../support/temp-dir.ts";

const FILE = "default-1.log";
const found = await mountSmallDisk({ bytes: 64 * 1024 });
const disk = "missing" in found ? null : found;
afterAll(() => disk?.[Symbol.asyncDispose]());

const owner = Promise.resolve();

function filesIn(root: string, options: Partial<LogFilesOptions> = {}) {
  const warnings: object[] = [];
  const log = { warn: (report: object) => void warnings.push(report) } as unknown as LogFilesOptions["log"];
  const files = new LogFiles({
    root,
    clock: new FakeClock(),
    log,
    bufferBytesMax: 1024 ** 2,
    fileBytesMax: 1024 ** 2,
    filesKept: 3,
    owner,
    ...options,
  });
  return Object.assign(files, { warnings, text: (file = FILE) => readFile(join(root, file), "utf8") });
}

/** Every line of a log in the order in which they were written. */
async function allLines(root: string): Promise<string[]> {
  const names = (await readdir(root)).sort();
  // The file that still has its name sorts first, and is the last.
  const texts = await Promise.all(
    [...names.slice(1), ...names.slice(0, 1)].map((name) => readFile(join(root, name), "utf8")),
  );
  return texts.join("").split("\n").slice(0, -1);
}

describe("lines", () => {
  test("stand in the file in their order, each with its end", async () => {
    await using directory = await tempDir();
    await using files = filesIn(join(directory.path, "logs"));
    for (let at = 0; at < 1000; at++) files.append(FILE, `line ${at} ä`);
    expect(files.heldBytes).toBeGreaterThan(0);
    await files.flush();
    expect((await files.text()).split("\n").slice(0, -1)).toEqual(
      Array.from({ length: 1000 }, (_, at) => `line ${at} ä`),
    );
    expect(files.heldBytes).toBe(0);
  });

  test("are written soon without being asked for, and told about", async () => {
    await using directory = await tempDir();
    await using files = filesIn(directory.path);
    const { promise, resolve } = Promise.withResolvers<string>();
    files.onWritten(resolve);
    files.append(FILE, "a");
    expect(await promise).toBe(FILE);
    expect(await files.text()).toBe("a\n");
  });

  test("are written when the server stops", async () => {
    await using directory = await tempDir();
    const files = filesIn(directory.path);
    files.append(FILE, "a");
    await files[Symbol.asyncDispose]();
    expect(await files.text()).toBe("a\n");
  });

  test("of two processes never run into each other", async () => {
    await using directory = await tempDir();
    await using one = filesIn(directory.path, { fileBytesMax: 1024 ** 3 });
    await using other = filesIn(directory.path, { fileBytesMax: 1024 ** 3 });
    for (let round = 0; round < 50; round++) {
      for (let at = 0; at < 20; at++) {
        one.append(FILE, `one ${"x".repeat(500)}`);
        other.append(FILE, `other ${"y".repeat(700)}`);
      }
      await Promise.all([one.flush(), other.flush()]);
    }
    const lines = (await one.text()).split("\n").slice(0, -1);
    expect(lines).toHaveLength(2000);
    expect(lines.filter((line) => !/^(one x{500}|other y{700})$/.test(line))).toEqual([]);
  });

  test("begin a new line after one that a crash has cut off", async () => {
    await using directory = await tempDir();
    await Bun.write(join(directory.path, FILE), "half a li");
    await using files = filesIn(directory.path);
    files.append(FILE, "whole");
    await files.flush();
    expect(await files.text()).toBe("half a li\nwhole\n");
  });

  test("go to a new file when theirs was removed or renamed by somebody else", async () => {
    await using directory = await tempDir();
    await using files = filesIn(directory.path);
    files.append(FILE, "a");
    await files.flush();
    await rename(join(directory.path, FILE), join(directory.path, "elsewhere"));
    files.append(FILE, "b");
    await files.flush();
    expect(await files.text()).toBe("b\n");
  });

  test("never go through a link", async () => {
    await using directory = await tempDir();
    await Bun.write(join(directory.path, "target"), "mine");
    await symlink(join(directory.path, "target"), join(directory.path, FILE));
    await using files = filesIn(directory.path);
    files.append(FILE, "a");
    await files.flush();
    expect(await files.text("target")).toBe("mine");
    expect(files.lost).toBe(1);
  });
});

describe("what cannot be kept", () => {
  test("beyond the bound of what waits lines are lost, and the log tells how many", async () => {
    await using directory = await tempDir();
    await using files = filesIn(directory.path, { bufferBytesMax: 100 });
    for (let at = 0; at < 20; at++) files.append(FILE, "123456789");
    expect(files.lost).toBe(10);
    expect(files.heldBytes).toBe(100);
    await files.flush();
    const lines = (await files.text()).split("\n").slice(0, -1);
    expect(lines).toHaveLength(11);
    expect(JSON.parse(lines[10] ?? "")).toEqual({
      time: "2026-01-15T10:30:00.000Z",
      type: "lost",
      lines: 10,
    });
    files.append(FILE, "after");
    await files.flush();
    expect(await files.text()).toEndWith("}\nafter\n");
  });

  const full = "a full disk costs lines, is complained about once, and forgotten when there is room";
  test.skipIf(disk === null)(nameWith(full, found), async () => {
    const { path = "" } = disk ?? {};
    await using files = filesIn(path);
    for (let at = 0; at < 300; at++) files.append(FILE, "x".repeat(500));
    await files.flush();
    files.append(FILE, "more");
    await files.flush();
    expect(files.lost).toBeGreaterThan(100);
    expect(files.warnings).toHaveLength(1);
    expect(files.warnings[0]).toMatchObject({ reason: "ENOSPC" });
    await truncate(join(path, FILE), 1000);
    files.append(FILE, "again");
    await files.flush();
    const lines = (await files.text()).split("\n").slice(0, -1);
    const [again, lost] = lines.slice(-2);
    expect(again).toBe("again");
    expect(JSON.parse(lost ?? "")).toMatchObject({ type: "lost", lines: files.lost });
  });
});

describe("rotation", () => {
  test("a file that has its size is set aside, and only so many are kept", async () => {
    await using directory = await tempDir();
    await using files = filesIn(directory.path, { fileBytesMax: 1000, filesKept: 3 });
    for (let at = 0; at < 60; at++) {
      files.append(FILE, `${String(at).padStart(2, "0")} ${"x".repeat(96)}`);
      await files.flush();
    }
    // The clock stands still: each stamp is later than the one before all the same.
    expect((await readdir(directory.path)).sort()).toEqual([
      "default-1.log.20260115T103000003Z",
      "default-1.log.20260115T103000004Z",
      "default-1.log.20260115T103000005Z",
    ]);
    files.append(FILE, "60");
    await files.flush();
    const lines = await allLines(directory.path);
    expect(lines.map((line) => Number(line.slice(0, 2)))).toEqual(
      Array.from({ length: 31 }, (_, at) => at + 30),
    );
  });

  test("of two servers only the one that is left sets files aside, and no line is lost or doubled", async () => {
    await using directory = await tempDir();
    const { promise, resolve } = Promise.withResolvers<void>();
    const options = { fileBytesMax: 2000, filesKept: 1000 };
    const old = filesIn(directory.path, options);
    await using next = filesIn(directory.path, { ...options, owner: promise });
    for (let at = 0; at < 300; at++) {
      old.append(FILE, `old ${at} ${"x".repeat(100)}`);
      next.append(FILE, `next ${at} ${"x".repeat(100)}`);
      if (at % 7 === 0) await Promise.all([old.flush(), next.flush()]);
    }
    await old[Symbol.asyncDispose]();
    // Not yet the owner, it lets the file grow.
    const before = (await readdir(directory.path)).filter((name) => name !== FILE).length;
    for (let at = 300; at < 350; at++) next.append(FILE, `next ${at} ${"x".repeat(100)}`);
    await next.flush();
    const names = await readdir(directory.path);
    expect(names.filter((name) => name !== FILE)).toHaveLength(before);
    resolve();
    await promise;
    for (let at = 350; at < 400; at++) {
      next.append(FILE, `next ${at} ${"x".repeat(100)}`);
      await next.flush();
    }
    const lines = await allLines(directory.path);
    const of = (who: string) =>
      lines.filter((line) => line.startsWith(`${who} `)).map((line) => Number(line.split(" ")[1]));
    expect(of("old").sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, at) => at));
    expect(of("next").sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, at) => at));
    expect(lines).toHaveLength(700);
  });
});
