import { expect, test } from "bun:test";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { ChangeSettler } from "../../../src/scripts/change-settler.ts";
import { type ScriptChange, ScriptChanges } from "../../../src/scripts/changes.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";

function settlerIn(directory: TempDir) {
  const changes = new ScriptChanges();
  const told: ScriptChange[] = [];
  const failures: unknown[] = [];
  changes.subscribe((change) => told.push(change));
  const settler = new ChangeSettler({
    root: directory.path,
    changes,
    onFailure: (error) => failures.push(error),
  });
  return { settler, changes, told, failures };
}

test("a flood of changes becomes one reset", async () => {
  await using directory = await tempDir();
  const { settler, told } = settlerIn(directory);
  using _ = settler;
  for (let at = 0; at < 20_000; at++) settler.note(`f${at}.js`);
  await until(
    () => told.length,
    (count) => count > 0,
  );
  settler.note("last.js");
  await until(
    () => told.length,
    (count) => count > 1,
  );
  expect(told).toEqual([{ kind: "reset" }, { kind: "removed", file: "last.js", origin: "disk" }]);
});

test("many events of one file are told once", async () => {
  await using directory = await tempDir();
  await directory.write({ "a.js": "1" });
  const { settler, told } = settlerIn(directory);
  using _ = settler;
  for (let at = 0; at < 100; at++) settler.note("a.js");
  settler.note("end.js");
  await until(
    () => told.length,
    (count) => count >= 2,
  );
  expect(told.filter((change) => change.kind === "written")).toEqual([
    { kind: "written", file: "a.js", origin: "disk" },
  ]);
});

test("a file whose time lies in the future is complete", async () => {
  await using directory = await tempDir();
  await directory.write({ "a.js": "1" });
  const inAnHour = Date.now() / 1000 + 3600;
  await utimes(join(directory.path, "a.js"), inAnHour, inAnHour);
  const { settler, told } = settlerIn(directory);
  using _ = settler;
  settler.note("a.js");
  await until(
    () => told.length,
    (count) => count > 0,
  );
});

test("a path below a file counts as removed", async () => {
  await using directory = await tempDir();
  await directory.write({ d: "a file now" });
  const { settler, told } = settlerIn(directory);
  using _ = settler;
  settler.note("d/a.js");
  await until(
    () => told.length,
    (count) => count > 0,
  );
  expect(told).toEqual([{ kind: "removed", file: "d/a.js", origin: "disk" }]);
});

test("a listener that fails is reported, and the next change is told all the same", async () => {
  await using directory = await tempDir();
  const { settler, changes, told, failures } = settlerIn(directory);
  using _ = settler;
  const end = changes.subscribe(() => {
    throw new Error("broken listener");
  });
  settler.note("a.js");
  await until(
    () => failures.length,
    (count) => count === 1,
  );
  end();
  settler.note("b.js");
  await until(
    () => told.length,
    (count) => count === 2,
  );
});
