import { expect, test } from "bun:test";
import { dirname } from "node:path";
import fc from "fast-check";
import { isTemporaryName } from "../../src/base/atomic-write.ts";
import { ScriptChanges } from "../../src/scripts/changes.ts";
import { ScriptStore } from "../../src/scripts/store.ts";
import { PowerLossDisk } from "../support/power-loss-disk.ts";
import { carryOut, type StoreChange } from "../support/store-change.ts";
import { tempDir } from "../support/temp-dir.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
console.log(`power loss fuzz: FUZZ_SEED=${seed}`);
const options = { seed, numRuns: Number(process.env["FUZZ_RUNS"] ?? 500) };

/** How many of the things that may lie on a disk after one crash are looked at. */
const CRASHES = 20;

/** A file that an editor has saved just now, without a flush: what a crash leaves of it is nobody's promise. */
const EDITED = "x/edited.js";
const EDITED_TEXT = "saved by an editor";

/** What must lie at a path after a crash: a content, null for no file. A path that is not named may hold anything. */
type Promised = ReadonlyMap<string, string | null>;

const FILES = ["a.js", "b.js", "x/a.js", "x/y/b.js", "z/c.js"];
const file = fc.constantFrom(...FILES, EDITED);
const task = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), file, content: fc.string({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant("delete" as const), file }),
  fc.record({ kind: fc.constant("move" as const), from: file, to: file, overwrite: fc.constant(true) }),
);
const tasks = fc.array(task, { minLength: 1, maxLength: 6 });
const calls = fc.nat({ max: 90 });
const chances = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));

test("when the power goes at any call, what was answered lasts, and the rest is old or new", async () => {
  await using directory = await tempDir();
  await fc.assert(
    fc.asyncProperty(tasks, calls, chances, async (steps, callsLeft, chance) => {
      const disk = new PowerLossDisk([
        ...ancestors(directory.path),
        ...["x", "default", "default/1"].map((path) => `${directory.path}/${path}`),
      ]);
      disk.put(`${directory.path}/${EDITED}`, EDITED_TEXT);
      const store = new ScriptStore({ root: directory.path, changes: new ScriptChanges(), files: disk });
      disk.cutAfter(callsLeft);

      let promised: Promised = new Map(FILES.map((path) => [path, null]));
      let begun: Promised | null = null;
      for (const step of steps) {
        const after = applied(promised, step);
        const lying = below(directory.path, disk.contents());
        const isDone = await carryOut(store, step).then(
          () => true,
          () => false,
        );
        const isPossible = step.kind === "write" || lying.has(step.kind === "move" ? step.from : step.file);
        if (!disk.isCut) expect(isDone, JSON.stringify(step)).toBe(isPossible);
        if (isDone) promised = after;
        if (!disk.isCut) continue;
        begun = isDone ? null : after;
        break;
      }

      for (let crash = 0; crash < CRASHES; crash++) {
        const left = below(
          directory.path,
          disk.contentsAfterCrash(() => chance.next().value),
        );
        const isKept = isFulfilled(promised, left) || (begun !== null && isFulfilled(begun, left));
        expect(isKept, `${JSON.stringify({ steps, promised: [...promised], left })}`).toBe(true);
      }
    }),
    options,
  );
}, 120_000);

/** What is promised when a task was answered with success. */
function applied(promised: Promised, step: StoreChange): Promised {
  const after = new Map(promised);
  if (step.kind === "write" || step.kind === "edit") return after.set(step.file, step.content);
  if (step.kind === "delete") return after.set(step.file, null);
  const moved = promised.get(step.from);
  return after.set(step.from, null).set(step.to, moved === undefined ? EDITED_TEXT : moved);
}

function isFulfilled(promised: Promised, left: ReadonlyMap<string, string>): boolean {
  const isEach = [...promised].every(([path, content]) => (left.get(path) ?? null) === content);
  return isEach && [...left.keys()].every((path) => promised.has(path) || path === EDITED);
}

/** Files that a user would see. */
function below(root: string, contents: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const entries = Object.entries(contents).filter(([path]) => !isTemporaryName(path));
  return new Map(entries.map(([path, content]) => [path.slice(root.length + 1), content]));
}

/** A path and all above it, outermost first. */
function ancestors(path: string): readonly string[] {
  return path === "/" ? [path] : [...ancestors(dirname(path)), path];
}
