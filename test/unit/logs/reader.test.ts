import { describe, expect, test } from "bun:test";
import { type FileHandle, open, truncate } from "node:fs/promises";
import { join } from "node:path";
import { LINE_BYTES_MAX } from "../../../src/logs/lines.ts";
import { type Reading, readLog } from "../../../src/logs/reader.ts";
import { tempDir } from "../../support/temp-dir.ts";

const GIGABYTE = 1024 ** 3;
const LAST = { count: 100, isTail: true, isWanted: null };

/** Reads a file that holds a text, at its end if it begins with a hole. */
async function read(text: string, reading: Partial<Reading> = {}, holeBytes = 0) {
  await using directory = await tempDir();
  const path = join(directory.path, "a.log");
  await Bun.write(path, "");
  await truncate(path, holeBytes);
  const writing = await open(path, "a");
  await writing.write(text);
  await writing.close();
  await using handle = await open(path, "r");
  const { size } = await handle.stat();
  const counted = counting(handle);
  return {
    ...(await readLog(counted.handle, size, { ...LAST, ...reading })),
    bytesRead: counted.bytesRead(),
  };
}

/** The same file, with a count of what is read of it. */
function counting(handle: FileHandle) {
  let bytes = 0;
  const counted = new Proxy(handle, {
    get(target, key) {
      if (key !== "read") return Reflect.get(target, key, target);
      return async (buffer: Buffer, offset: number, length: number, position: number) => {
        const result = await target.read(buffer, offset, length, position);
        bytes += result.bytesRead;
        return result;
      };
    },
  });
  return { handle: counted, bytesRead: () => bytes };
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`);

describe("the end of a log", () => {
  test.each([
    ["", []],
    ["\n", [""]],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\n\nb", ["a", "", "b"]],
    ["\n\n", ["", ""]],
  ])("%j", async (text, lines) => {
    expect(await read(text)).toMatchObject({ lines, totalCount: lines.length, wantedCount: lines.length });
  });

  test.each([1, 2, 99, 100, 101, 10_000])("the last %d of 100 lines", async (count) => {
    const lines = numbered(100);
    expect(await read(`${lines.join("\n")}\n`, { count })).toMatchObject({
      lines: lines.slice(-count),
      totalCount: 100,
    });
  });

  test("lines that lie across the blocks in which a file is read", async () => {
    const lines = Array.from({ length: 5000 }, (_, at) => `${at} ${"ä".repeat(at % 97)}`);
    for (const count of [1, 700, 5000]) {
      const { lines: found, totalCount } = await read(lines.join("\n"), { count });
      expect(found).toEqual(lines.slice(-count));
      expect(totalCount).toBe(5000);
    }
  });

  test("of 1 GB less than 1 MB is read, and nothing of it kept", async () => {
    const before = process.memoryUsage().rss;
    const { lines, totalCount, bytesRead } = await read(
      `\n${numbered(1000).join("\n")}\n`,
      { count: 500 },
      GIGABYTE,
    );
    expect(lines).toEqual(numbered(1000).slice(-500));
    expect(totalCount).toBeGreaterThan(1000);
    expect(bytesRead).toBeLessThan(1024 ** 2);
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 ** 2);
  });

  test("1 GB without any line end is looked at for 16 MB, and then left", async () => {
    const { lines, bytesRead } = await read("the end", { count: 5 }, GIGABYTE);
    expect(lines).toEqual([]);
    expect(bytesRead).toBeLessThan(40 * 1024 ** 2);
  });
});

describe("the beginning of a log", () => {
  test("the first lines, and how many there are", async () => {
    expect(await read(numbered(100).join("\n"), { count: 3, isTail: false })).toMatchObject({
      lines: ["line 0", "line 1", "line 2"],
      totalCount: 100,
    });
  });

  test("of 1 GB only its first lines are read", async () => {
    await using directory = await tempDir();
    const path = join(directory.path, "a.log");
    await Bun.write(path, `${numbered(100_000).join("\n")}\n`);
    await truncate(path, GIGABYTE);
    await using handle = await open(path, "r");
    const counted = counting(handle);
    const { lines } = await readLog(counted.handle, GIGABYTE, { count: 2, isTail: false, isWanted: null });
    expect(lines).toEqual(["line 0", "line 1"]);
    expect(counted.bytesRead()).toBeLessThan(1024 ** 2);
  });
});

describe("lines that are looked for", () => {
  const isWanted = (line: string) => line.endsWith("7");

  test("the last and the first of them", async () => {
    const text = numbered(100).join("\n");
    expect(await read(text, { count: 2, isWanted })).toMatchObject({
      lines: ["line 87", "line 97"],
      totalCount: 100,
      wantedCount: 10,
    });
    expect(await read(text, { count: 2, isWanted, isTail: false })).toMatchObject({
      lines: ["line 7", "line 17"],
      totalCount: 100,
      wantedCount: 10,
    });
  });
});

describe("lines that are too long", () => {
  test("are shown by their beginning, and those around them whole", async () => {
    const long = "x".repeat(3 * LINE_BYTES_MAX);
    const { lines, totalCount } = await read(`before\n${long}\nafter\n`);
    expect(lines.map((line) => line.length)).toEqual([6, LINE_BYTES_MAX + 1, 5]);
    expect(lines[2]).toBe("after");
    expect(totalCount).toBe(3);
  });

  test("an answer holds 16 MB of them, the last or the first", async () => {
    const text = Array.from({ length: 24 }, (_, at) => `${at}:${"x".repeat(1_000_000)}\n`).join("");
    const last = await read(text);
    expect(last.lines.length).toBe(16);
    expect(last.lines.at(-1)?.slice(0, 3)).toBe("23:");
    const first = await read(text, { isTail: false });
    expect(first.lines.length).toBe(16);
    expect(first.lines[0]?.slice(0, 2)).toBe("0:");
  });
});

test("what is no UTF-8 is shown as far as it is", async () => {
  await using directory = await tempDir();
  const path = join(directory.path, "a.log");
  await Bun.write(path, new Uint8Array([0xff, 0x41, 0x00, 0xc3, 0x0a, 0xf0, 0x9f, 0x0a]));
  await using handle = await open(path, "r");
  expect((await readLog(handle, 8, LAST)).lines).toEqual(["\uFFFDA\0\uFFFD", "\uFFFD"]);
});
