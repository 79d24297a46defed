import { expect, test } from "bun:test";
import { lstatSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { OwnWrites } from "../../../src/scripts/own-writes.ts";
import { tempDir } from "../../support/temp-dir.ts";

const written = (file: string) => ({ kind: "written", file, origin: "api" }) as const;

async function ownWrites() {
  const directory = await tempDir();
  await directory.write({ "a.js": "1", "b.js": "2" });
  const own = new OwnWrites(directory.path);
  const isLast = (file: string) => own.isLast(file, lstatSync(join(directory.path, file)));
  return { directory, own, isLast, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

test("a file is as we left it until somebody else writes it, in whatever way", async () => {
  await using at = await ownWrites();
  expect(at.isLast("a.js")).toBe(false);
  at.own.note(written("a.js"));
  expect(at.isLast("a.js")).toBe(true);
  expect(at.isLast("a.js")).toBe(true);
  await at.directory.write({ "a.js": "3" });
  expect(at.isLast("a.js")).toBe(false);

  at.own.note(written("a.js"));
  await at.directory.write({ "other.js": "3" });
  await rename(join(at.directory.path, "other.js"), join(at.directory.path, "a.js"));
  expect(at.isLast("a.js")).toBe(false);
});

test("what the disk told, a removal and a reset are not our writes", async () => {
  await using at = await ownWrites();
  for (const change of [
    { kind: "written", file: "a.js", origin: "disk" },
    { kind: "removed", file: "a.js", origin: "api" },
    { kind: "reset" },
  ] as const) {
    at.own.note(written("a.js"));
    expect(at.isLast("a.js")).toBe(true);
    at.own.note(change);
    expect(at.isLast("a.js")).toBe(false);
  }
});

test("a directory that goes takes along what we left in it", async () => {
  await using at = await ownWrites();
  await at.directory.write({ "sub/c.js": "3", "sub2/c.js": "3" });
  for (const file of ["sub/c.js", "sub2/c.js"]) at.own.note(written(file));
  at.own.note({ kind: "removed", file: "sub", origin: "disk" });
  expect([at.isLast("sub/c.js"), at.isLast("sub2/c.js")]).toEqual([false, true]);
});

test("a file that is gone again when we look is nobody's", async () => {
  await using at = await ownWrites();
  at.own.note(written("gone.js"));
  await at.directory.write({ "gone.js": "" });
  expect(at.isLast("gone.js")).toBe(false);
});

test("of many files the first are forgotten", async () => {
  await using at = await ownWrites();
  at.own.note(written("a.js"));
  const names = Array.from({ length: 1000 }, (_, n) => `f${n}.js`);
  await at.directory.write(Object.fromEntries(names.map((name) => [name, name])));
  for (const name of names) at.own.note(written(name));
  expect([at.isLast("a.js"), at.isLast("f0.js"), at.isLast("f999.js")]).toEqual([false, true, true]);
});
