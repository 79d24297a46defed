import { describe, expect, test } from "bun:test";
import { appendFile, rename, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import { LogDirectory } from "../../../src/logs/directory.ts";
import { LogFiles } from "../../../src/logs/files.ts";
import type { FollowOptions } from "../../../src/logs/follow.ts";
import { FollowedFile } from "../../../src/logs/followed-file.ts";
import { LogFollowers } from "../../../src/logs/followers.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";

const FILE = "default-1.log";

/** A log directory with somebody who writes to it and others who follow. */
async function following({
  fileBytesMax = 1e6,
  filesKept = 100,
  countMax = 100,
  clock = systemClock as Clock,
} = {}) {
  const directory = await tempDir();
  const files = new LogFiles({
    root: directory.path,
    clock,
    log: pino({ level: "silent" }),
    bufferBytesMax: 1e7,
    fileBytesMax,
    filesKept,
    owner: Promise.resolve(),
  });
  const followers = new LogFollowers(files, clock, { countMax });
  const path = (file: string = FILE) => join(directory.path, file);
  return {
    files,
    followers,
    path,
    /** Adds numbered lines, from one number to before another. */
    async write(from: number, to: number) {
      for (let at = from; at < to; at++) files.append(FILE, `line ${at}`);
      await files.flush();
    },
    async open(options: Partial<FollowOptions> = {}, file = FILE) {
      const leaving = new AbortController();
      const all = { follow: true, lines: null, withIds: false, lastEventId: null, ...options };
      const stream = await followers.stream(file, all, leaving.signal);
      const reader = stream.getReader();
      let text = "";
      return {
        /** Reads until something has come. */
        async until(isReached: (numbers: (number | string)[]) => boolean) {
          while (!isReached(numbersOf(text))) {
            const { done, value } = await reader.read();
            if (done) break;
            text += new TextDecoder().decode(value);
          }
          return numbersOf(text);
        },
        leave: () => leaving.abort(),
        cancel: () => reader.cancel(),
      };
    },
    async [Symbol.asyncDispose]() {
      followers[Symbol.dispose]();
      await files[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** The numbers of the lines, and the names of events that have one. */
function numbersOf(text: string): (number | string)[] {
  return [...text.matchAll(/event: (\w+)|line (\d+)/g)].map(([, event, line]) => event ?? Number(line));
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

describe("rotation", () => {
  test("whoever follows gets every line once, however many files they are in", async () => {
    await using log = await following({ fileBytesMax: 1000 });
    await log.write(0, 10);
    const follower = await log.open();
    await follower.until(({ length }) => length === 10);
    for (let at = 10; at < 1000; at += 30) await log.write(at, Math.min(at + 30, 1000));
    expect((await log.files.directory.setAside(FILE)).length).toBeGreaterThan(5);
    expect(await follower.until(({ length }) => length >= 1000)).toEqual(range(0, 1000));
  });

  test("one who reads nothing meanwhile finds all of them later", async () => {
    await using log = await following({ fileBytesMax: 500 });
    await log.write(0, 10);
    const slow = await log.open();
    await slow.until(({ length }) => length === 10);
    for (let at = 10; at < 500; at += 10) await log.write(at, at + 10);
    expect(await slow.until(({ length }) => length >= 500)).toEqual(range(0, 500));
  });

  test("whose file was removed before it was read through is told of a gap, and gets that file to its end", async () => {
    await using log = await following({ fileBytesMax: 500, filesKept: 2 });
    await log.write(0, 10);
    const slow = await log.open();
    await slow.until(({ length }) => length === 10);
    for (let at = 10; at < 1000; at += 10) await log.write(at, at + 10);
    const seen = await slow.until((numbers) => numbers.at(-1) === 999);
    const gap = seen.indexOf("gap");
    expect(gap).toBeGreaterThan(10);
    expect(seen.slice(0, gap)).toEqual(range(0, gap));
    const after = seen.slice(gap + 1) as number[];
    expect(after).toEqual(range(after[0] ?? 0, 1000));
  });

  test("a line that another process adds to the old file after it was renamed is not lost", async () => {
    const clock = new FakeClock();
    await using log = await following({ clock });
    await log.write(0, 3);
    const follower = await log.open();
    await follower.until(({ length }) => length === 3);
    const aside = log.path(`${FILE}.20260115T103000000Z`);
    await rename(log.path(), aside);
    await log.write(5, 7);
    const reading = follower.until(({ length }) => length === 7);
    // One who went on too early would have by now.
    await Bun.sleep(300);
    await appendFile(aside, "line 3\nline 4");
    clock.advance(250);
    expect(await reading).toEqual(range(0, 7));
  });
});

describe("files that others change", () => {
  test("lines of another process are seen", async () => {
    await using log = await following();
    await log.write(0, 1);
    const follower = await log.open();
    await follower.until(({ length }) => length === 1);
    await appendFile(log.path(), "line 1\nline 2 is not comp");
    expect(await follower.until(({ length }) => length === 2)).toEqual([0, 1]);
    await appendFile(log.path(), "lete yet\n");
    expect(await follower.until(({ length }) => length === 3)).toEqual([0, 1, 2]);
  });

  test("a file that is removed is followed by the next one, not by older ones", async () => {
    await using log = await following({ fileBytesMax: 60 });
    await log.write(0, 10);
    await log.write(10, 11);
    const follower = await log.open();
    await follower.until(({ length }) => length === 1);
    await log.files.directory.remove(FILE);
    await log.write(11, 13);
    expect(await follower.until(({ length }) => length === 4)).toEqual([10, "gap", 11, 12]);
  });

  test("a file that is emptied is read from its beginning again", async () => {
    await using log = await following();
    await log.write(0, 50);
    const follower = await log.open();
    await follower.until(({ length }) => length === 50);
    await truncate(log.path(), 0);
    const reading = follower.until((numbers) => numbers.at(-1) === 51);
    await until(
      () => log.followers.openFiles,
      (count) => count === 1,
    );
    // Only who looks while it is empty can tell.
    await Bun.sleep(450);
    await log.write(50, 52);
    expect((await reading).slice(50)).toEqual(["gap", 50, 51]);
  });

  test("a log that disappears altogether does not end the stream", async () => {
    await using log = await following();
    await log.write(0, 2);
    const follower = await log.open();
    await follower.until(({ length }) => length === 2);
    await rm(log.path());
    await Bun.sleep(250);
    await log.write(2, 4);
    expect(await follower.until(({ length }) => length === 5)).toEqual([0, 1, "gap", 2, 3]);
  });

  test("a file that was set aside can be followed by its own name, and stays quiet", async () => {
    await using log = await following({ fileBytesMax: 10 });
    await log.write(0, 3);
    const [aside = ""] = await log.files.directory.setAside(FILE);
    const follower = await log.open({}, aside);
    expect(await follower.until(({ length }) => length === 3)).toEqual(range(0, 3));
  });
});

describe("many followers", () => {
  test("share one descriptor, and the last one closes it", async () => {
    await using log = await following();
    await log.write(0, 5);
    const all = await Promise.all(Array.from({ length: 20 }, () => log.open()));
    await Promise.all(all.map((each) => each.until(({ length }) => length === 5)));
    expect(log.followers).toMatchObject({ size: 20, openFiles: 1 });
    for (const each of all.slice(0, 10)) each.leave();
    for (const each of all.slice(10)) await each.cancel();
    await until(
      () => log.followers,
      ({ size, openFiles }) => size === 0 && openFiles === 0,
    );
  });

  test("are ended when the server stops, and no other is let in", async () => {
    await using log = await following();
    await log.write(0, 1);
    const follower = await log.open();
    await follower.until(({ length }) => length === 1);
    const waiting = follower.until(() => false);
    log.followers.closeAll();
    expect(await waiting).toEqual([0]);
    expect(log.open()).rejects.toThrow("The server is shutting down");
  });
});

test("very long lines are shown by their beginning, and do not hold up those behind them", async () => {
  await using log = await following({ fileBytesMax: 1e9 });
  await log.write(0, 1);
  await appendFile(log.path(), `${"x".repeat(5_000_000)}\nline 1\n`);
  const follower = await log.open();
  expect(await follower.until((numbers) => numbers.includes(1))).toEqual([0, 1]);
});

describe("a client", () => {
  test("that is gone before the first read is let go of, and holds no place", async () => {
    await using log = await following({ countMax: 1 });
    await log.write(0, 3);
    const all = { follow: true, lines: null, withIds: false, lastEventId: null };
    const gone = new AbortController();
    const stream = await log.followers.stream(FILE, all, gone.signal);
    gone.abort();
    expect(await stream.getReader().read()).toEqual({ done: true, value: undefined });
    expect([log.followers.size, log.followers.refused]).toEqual([0, 0]);
  });
});

test("a disk that does not answer is asked once, and not again every 200 ms", async () => {
  await using directory = await tempDir();
  let asked = 0;
  class StuckDirectory extends LogDirectory {
    override stat(): Promise<never> {
      asked++;
      return new Promise(() => {});
    }
  }
  const file = new FollowedFile(FILE, new StuckDirectory(directory.path), systemClock);
  for (let time = 0; time < 5; time++) void file.refresh();
  expect(asked).toBe(1);
});
