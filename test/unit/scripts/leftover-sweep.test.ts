import { expect, test } from "bun:test";
import { symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { LeftoverSweep } from "../../../src/scripts/leftover-sweep.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";

const OLD = ".hoody-0000000000000001.tmp";
const YOUNG = ".hoody-0000000000000002.tmp";

/** A sweep over a directory that ends with its scope. */
function sweeping(directory: TempDir, abandonedMs: number) {
  const stop = new AbortController();
  const removed: string[] = [];
  const log = {
    info: (line: { file: string }) => void removed.push(line.file),
    warn: (line: unknown) => void removed.push(`failed: ${line}`),
  } as never;
  const ended = new LeftoverSweep({ root: directory.path, log, delayMs: 0, abandonedMs }).run(stop.signal);
  return {
    removed,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

async function age(directory: TempDir, file: string): Promise<void> {
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(join(directory.path, file), longAgo, longAgo);
}

test("removes what a crash left, in reserved and dot directories, too, and nothing else", async () => {
  await using directory = await tempDir();
  const places = ["", "default/1/", "default/1/.hidden/", "_hoody/templates/"];
  const kept = ["a.js", "default/1/.hoody-1.tmp", "default/1/x.tmp", `node_modules/p/${OLD}`];
  const leftovers = places.map((place) => place + OLD);
  await directory.write(Object.fromEntries([...leftovers, ...kept].map((file) => [file, ""])));
  for (const file of [...leftovers, ...kept]) await age(directory, file);
  await using sweep = sweeping(directory, 60_000);
  await until(
    () => sweep.removed.length,
    (count) => count === leftovers.length,
  );
  expect(await directory.list()).toEqual(kept.toSorted());
});

test("leaves alone what a living server may be writing, and removes it when it has not", async () => {
  await using directory = await tempDir();
  await directory.write({ [OLD]: "", [YOUNG]: "" });
  await age(directory, OLD);
  {
    await using sweep = sweeping(directory, 60_000);
    await until(
      () => sweep.removed,
      (removed) => removed.includes(OLD),
    );
    expect(await directory.list()).toEqual([YOUNG]);
  }
  await using _again = sweeping(directory, 50);
  await until(
    () => directory.list(),
    (files) => files.length === 0,
  );
});

test("goes through no link, and over directories that go away", async () => {
  await using directory = await tempDir();
  await using outside = await tempDir();
  await outside.write({ [OLD]: "" });
  await age(outside, OLD);
  await directory.write({ [`z/${OLD}`]: "" });
  await age(directory, `z/${OLD}`);
  await symlink(outside.path, join(directory.path, "a"));
  await symlink(".", join(directory.path, "b"));
  await using sweep = sweeping(directory, 60_000);
  await until(
    () => sweep.removed,
    (removed) => removed.length > 0,
  );
  expect(sweep.removed).toEqual([`z/${OLD}`]);
  expect(await outside.list()).toEqual([OLD]);
});

test("ends with its signal, whatever it waits for", async () => {
  await using directory = await tempDir();
  const stop = new AbortController();
  const log = { info: () => undefined, warn: () => undefined };
  const ended = new LeftoverSweep({ root: directory.path, log }).run(stop.signal);
  stop.abort();
  await ended;
});
