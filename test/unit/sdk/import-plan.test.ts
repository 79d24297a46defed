import { expect, test } from "bun:test";
import { planImport } from "../../../src/sdk/import-plan.ts";

const plan = (
  endpoints: Record<string, string>,
  before: Record<string, readonly string[]>,
  disk: Record<string, string>,
  middleware: Record<string, string> = {},
) =>
  planImport(
    { endpoints: new Map(Object.entries(endpoints)), middleware: new Map(Object.entries(middleware)) },
    {
      before: new Map(Object.entries(before)),
      hashOf: (text) => `#${text}`,
      currentHashOf: async (path) => (disk[path] === undefined ? null : `#${disk[path]}`),
    },
  );

test("a first import makes everything new", async () => {
  const { summary, edited, after } = await plan({ "a.ts": "1", "b.ts": "1" }, {}, {});
  expect(summary).toEqual({ new: 2, updated: 0, conflicts: 0, total: 2 });
  expect([edited, [...after]]).toEqual([
    [],
    [
      ["a.ts", ["#1"]],
      ["b.ts", ["#1"]],
    ] as never,
  ]);
});

test("what the marker knows is brought up to date, and what it does not know is a conflict", async () => {
  const before = { "a.ts": ["#1"], "b.ts": ["#1"], "gone.ts": ["#1"], "kept.ts": ["#1"] };
  const disk = {
    "a.ts": "1",
    "b.ts": "mine",
    "c.ts": "mine",
    "d.ts": "2",
    "gone.ts": "1",
    "kept.ts": "mine",
  };
  const found = await plan({ "a.ts": "2", "b.ts": "2", "c.ts": "2", "d.ts": "2", "e.ts": "2" }, before, disk);
  expect(found.summary).toEqual({ new: 1, updated: 2, conflicts: 3, total: 5 });
  expect(found.edited).toEqual(["b.ts", "c.ts", "kept.ts"]);
  expect(found.stale).toEqual(["gone.ts", "kept.ts"]);
});

test("while files are written both contents are known, afterwards the new ones alone", async () => {
  const { during, after } = await plan(
    { "a.ts": "2" },
    { "a.ts": ["#1"], "gone.ts": ["#1"] },
    { "a.ts": "1" },
  );
  expect(Object.fromEntries(during)).toEqual({ "a.ts": ["#1", "#2"], "gone.ts": ["#1"] });
  expect(Object.fromEntries(after)).toEqual({ "a.ts": ["#2"] });
});

test("middleware stays unless it is named, and counts as no operation", async () => {
  const before = { "pre.js": ["#1"], "b/post.js": ["#1"] };
  const kept = await plan({ "a.ts": "1" }, before, { "pre.js": "mine", "b/post.js": "1" });
  expect(kept).toMatchObject({ stale: [], edited: [], summary: { total: 1 } });
  expect([...kept.after.keys()].sort()).toEqual(["a.ts", "b/post.js", "pre.js"]);
  const named = await plan({ "a.ts": "1" }, before, { "pre.js": "mine" }, { "pre.js": "2" });
  expect(named).toMatchObject({ edited: ["pre.js"], summary: { new: 1, conflicts: 1, total: 1 } });
});
