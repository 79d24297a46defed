import { describe, expect, test } from "bun:test";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FireLog } from "../../../src/schedules/fire-log.ts";
import type { FireRecord } from "../../../src/schedules/fire-record.ts";
import { linesFromEnd } from "../../../src/schedules/lines-from-end.ts";
import { tempDir } from "../../support/temp-dir.ts";

const ALL = { scriptPaths: null, since: null, limit: 1000, includeRotated: true };

const record = (at: number, more: Partial<FireRecord> = {}): FireRecord => ({
  ts: new Date(Date.parse("2026-01-15T10:30:00Z") + at * 1000).toISOString(),
  scriptPath: "default/1/a.ts",
  expression: "* * * * *",
  runId: `run-${at}`,
  status: "ok",
  durationMs: 1,
  ...more,
});

async function logIn(path: string, options: { fileBytesMax?: number; filesKept?: number } = {}) {
  const warnings: object[] = [];
  const log = { warn: (fields: object) => void warnings.push(fields) } as never;
  const fireLog = new FireLog({ path, fileBytesMax: 1e6, filesKept: 3, log, ...options });
  const runIds = async (query = {}) =>
    (await fireLog.query({ ...ALL, ...query })).entries.map(({ runId }) => runId);
  return { fireLog, warnings, runIds };
}

describe("the history", () => {
  test("answers what was just added, newest first", async () => {
    await using directory = await tempDir();
    const { fireLog, runIds } = await logIn(join(directory.path, "cron/fires.log"));
    for (let at = 0; at < 5; at++) fireLog.append(record(at));
    expect(await runIds()).toEqual(["run-4", "run-3", "run-2", "run-1", "run-0"]);
    expect(await runIds({ limit: 2 })).toEqual(["run-4", "run-3"]);
  });

  test("puts full files aside, keeps some of them, and stays within its bound", async () => {
    await using directory = await tempDir();
    const { fireLog, runIds } = await logIn(join(directory.path, "fires.log"), {
      fileBytesMax: 2_000,
      filesKept: 2,
    });
    for (let at = 0; at < 100; at++) {
      fireLog.append(record(at));
      await fireLog.flushed();
    }
    expect(await directory.list()).toEqual(["fires.log", "fires.log.1", "fires.log.2"]);
    for (const file of await directory.list()) {
      expect((await readFile(join(directory.path, file))).length).toBeLessThanOrEqual(2_000);
    }
    const ids = await runIds();
    expect(ids.length).toBeGreaterThan(20);
    expect(ids).toEqual(Array.from(ids, (_, at) => `run-${99 - at}`));
    expect((await runIds({ includeRotated: false })).length).toBeLessThan(ids.length);
  });

  test("keeps no file that was put aside when none is to be kept", async () => {
    await using directory = await tempDir();
    const { fireLog } = await logIn(join(directory.path, "fires.log"), { fileBytesMax: 1_000, filesKept: 0 });
    for (let at = 0; at < 20; at++) {
      fireLog.append(record(at));
      await fireLog.flushed();
    }
    expect(await directory.list()).toEqual(["fires.log"]);
  });

  test("takes files that were left by a larger setting away, and no others", async () => {
    await using directory = await tempDir();
    await directory.write({
      "fires.log": "x".repeat(2_000),
      "fires.log.3": "",
      "fires.log.9": "",
      "fires.log.bak": "",
    });
    const { fireLog } = await logIn(join(directory.path, "fires.log"), { fileBytesMax: 1_000, filesKept: 2 });
    fireLog.append(record(1));
    await fireLog.flushed();
    expect(await readdir(directory.path)).toEqual(expect.arrayContaining(["fires.log.1", "fires.log.bak"]));
    expect(await directory.list()).toHaveLength(3);
  });

  test("finds by script and by time without being misled by what records hold", async () => {
    await using directory = await tempDir();
    const { fireLog, runIds } = await logIn(join(directory.path, "fires.log"));
    fireLog.append(record(0, { scriptPath: 'b".ts' }));
    fireLog.append(record(1, { error: '"scriptPath":"b\\".ts",' }));
    expect(await runIds({ scriptPaths: new Set(['b".ts']) })).toEqual(["run-0"]);
    expect(await runIds({ since: record(1).ts })).toEqual(["run-1"]);
  });

  test("goes on after a line that a crash has cut off", async () => {
    await using directory = await tempDir();
    await directory.write({ "fires.log": `${JSON.stringify(record(0))}\n{"ts":"2026` });
    const { fireLog, runIds } = await logIn(join(directory.path, "fires.log"));
    fireLog.append(record(1));
    expect(await runIds()).toEqual(["run-1", "run-0"]);
  });

  test("loses records that the disk refuses, counts them, and goes on", async () => {
    await using directory = await tempDir();
    const path = join(directory.path, "cron/fires.log");
    await writeFile(join(directory.path, "cron"), "a file in the place of its directory");
    const { fireLog, warnings, runIds } = await logIn(path);
    fireLog.append(record(0));
    await fireLog.flushed();
    expect({ lost: fireLog.lost, warnings: warnings.length }).toEqual({ lost: 1, warnings: 1 });
    const { unlink } = await import("node:fs/promises");
    await unlink(join(directory.path, "cron"));
    await mkdir(join(directory.path, "cron"));
    fireLog.append(record(1));
    expect(await runIds()).toEqual(["run-1"]);
  });

  test("loses records when more wait than may", async () => {
    await using directory = await tempDir();
    const { fireLog } = await logIn(join(directory.path, "fires.log"));
    for (let at = 0; at < 10_500; at++) fireLog.append(record(0));
    expect(fireLog.lost).toBe(500);
    expect((await fireLog.query({ ...ALL, limit: 1 })).total).toBe(10_000);
  });
});

describe("lines from the end", () => {
  const read = async (text: string | Uint8Array, take = Number.POSITIVE_INFINITY) => {
    await using directory = await tempDir();
    const path = join(directory.path, "log");
    await writeFile(path, text);
    const lines: string[] = [];
    for await (const line of linesFromEnd(path)) if (lines.push(line) >= take) break;
    return lines;
  };

  test.each([
    ["", []],
    ["\n", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\nb\n\nc", ["c", "b", "a"]],
  ])("of %j are %j", async (text, lines) => {
    expect(await read(text)).toEqual(lines as string[]);
  });

  test("are whole wherever the pieces in which the file is read end, also inside a character", async () => {
    for (const width of [1, 2, 1000, 65_535, 65_536, 65_537, 200_000]) {
      const lines = Array.from({ length: 7 }, (_, at) => `${at}${"é".repeat(width)}`);
      expect(await read(`${lines.join("\n")}\n`)).toEqual(lines.toReversed());
    }
  });

  test("are none of a file that is not there", async () => {
    const lines: string[] = [];
    for await (const line of linesFromEnd("/nonexistent/log")) lines.push(line);
    expect(lines).toEqual([]);
  });

  test("can be left early", async () => {
    expect(await read("a\nb\nc\n", 1)).toEqual(["c"]);
  });
});
