import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isTemporaryName } from "../../src/base/atomic-write.ts";
import { isExecError } from "../../src/errors/exec-error.ts";
import { ScriptChanges } from "../../src/scripts/changes.ts";
import { ScriptStore } from "../../src/scripts/store.ts";
import { type Fault, faultyFiles } from "../support/faulty-files.ts";
import { carryOut, type StoreChange } from "../support/store-change.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
console.log(`storage faults fuzz: FUZZ_SEED=${seed}`);
const options = { seed, numRuns: Number(process.env["FUZZ_RUNS"] ?? 400) };

const file = fc.constantFrom("a.js", "b.js", "x/a.js", "x/y/b.js", "z/c.js");
const content = fc.nat({ max: 9_000 }).map((length) => "x".repeat(length));
const task = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), file, content }),
  fc.record({ kind: fc.constant("edit" as const), file, content }),
  fc.record({ kind: fc.constant("delete" as const), file }),
  fc.record({ kind: fc.constant("move" as const), from: file, to: file, overwrite: fc.boolean() }),
);
const code = fc.constantFrom("EIO", "ENOSPC", "EINTR", "EDQUOT", "EMFILE", "EACCES", "EROFS");
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant("error" as const), code, late: fc.boolean() }),
  fc.record({ kind: fc.constant("short" as const), bytes: fc.nat({ max: 3_000 }) }),
);
/** Faults of one task, by the index of the call. */
const faults = fc.dictionary(fc.nat({ max: 24 }).map(String), fault, { maxKeys: 3 });

test("whatever fails, every file is old or new, memory follows the disk, and success is never taken back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(task, faults), { minLength: 1, maxLength: 8 }), async (steps) => {
      await using directory = await tempDir();
      let planned: Readonly<Record<string, Fault>> = {};
      let first = 0;
      let faultsMet = 0;
      const files = faultyFiles(({ index }) => {
        const fault = planned[index - first] ?? null;
        if (fault !== null) faultsMet++;
        return fault;
      });
      const changes = new ScriptChanges();
      const store = new ScriptStore({ root: directory.path, changes, files });
      const kept = keepInMemory(directory, changes);
      let lying: Record<string, string> = {};

      for (const [step, stepFaults] of steps) {
        planned = stepFaults;
        first = files.calls.length;
        faultsMet = 0;
        const error = await carryOut(store, step).then(
          () => null,
          (thrown) => thrown,
        );
        const before = lying;
        if (faultsMet === 0) expect(error === null, JSON.stringify(step)).toBe(isAccepted(before, step));
        lying = await contentsOf(directory);
        if (error === null) expect(lying).toEqual(applied(before, step));
        else {
          expect(isExecError(error)).toBe(true);
          expect(partsOf(before, step)).toContainEqual(lying);
        }
        expect(kept).toEqual(lying);
        expect(files.openCount).toBe(0);
        const listed = (await store.list("", { recursive: true })).map(({ path }) => path);
        expect(listed).toEqual(Object.keys(lying).sort());
      }
    }),
    options,
  );
}, 120_000);

/** What lies there when a task went well. */
function applied(before: Readonly<Record<string, string>>, step: StoreChange): Record<string, string> {
  const after = { ...before };
  if (step.kind === "write" || step.kind === "edit") after[step.file] = step.content;
  else if (step.kind === "delete") delete after[step.file];
  else {
    const moved = before[step.from] ?? "moved although it was not there";
    delete after[step.from];
    after[step.to] = moved;
  }
  return after;
}

/** Whether a disk without faults takes a task. */
function isAccepted(before: Readonly<Record<string, string>>, step: StoreChange): boolean {
  if (step.kind === "write") return true;
  if (step.kind !== "move") return step.file in before;
  return step.from in before && (step.overwrite || !(step.to in before));
}

/** What may lie there when a task was refused: as before, or as if it had gone well. */
function partsOf(
  before: Readonly<Record<string, string>>,
  step: StoreChange,
): readonly Record<string, string>[] {
  const isPossible = step.kind === "write" || (step.kind === "move" ? step.from : step.file) in before;
  return isPossible ? [{ ...before }, applied(before, step)] : [{ ...before }];
}

/** Contents as a cache over the changes would serve them: read again only where one is told. */
function keepInMemory(directory: TempDir, changes: ScriptChanges): Record<string, string> {
  const kept: Record<string, string> = {};
  changes.subscribe((change) => {
    if (change.kind === "reset") throw new Error("The store never tells a reset");
    const path = join(directory.path, change.file);
    if (change.kind === "written" && existsSync(path)) kept[change.file] = readFileSync(path, "utf8");
    else delete kept[change.file];
  });
  return kept;
}

/** Temporary files may be left where the system would not let them be removed. */
async function contentsOf(directory: TempDir): Promise<Record<string, string>> {
  const found = (await directory.list()).filter((path) => !isTemporaryName(path));
  return Object.fromEntries(found.map((path) => [path, readFileSync(join(directory.path, path), "utf8")]));
}
