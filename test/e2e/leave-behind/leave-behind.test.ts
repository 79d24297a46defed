import { describe, expect, test } from "bun:test";
import { scriptApp } from "../../support/script-app.ts";
import { playTrick } from "./leave-behind.ts";
import type { LeaveBehindRow } from "./row.ts";
import { BUILT_INS } from "./rows/built-ins.ts";
import { FIXED } from "./rows/fixed.ts";
import { GLOBAL_NAMES } from "./rows/global-names.ts";
import { HOST_OBJECTS } from "./rows/host-objects.ts";
import { LATER } from "./rows/later.ts";

describe("nothing is left on the global object by", () => {
  for (const row of GLOBAL_NAMES) test(row.name, () => leavesNothing(row));
});

describe("nothing is left on ECMAScript's objects by", () => {
  for (const row of BUILT_INS) test(row.name, () => leavesNothing(row));
});

describe("nothing stays as it was fixed by", () => {
  for (const row of FIXED) test(row.name, () => leavesNothing(row));
});

describe("nothing is left on the runtime's objects by", () => {
  for (const row of HOST_OBJECTS) test(row.name, () => leavesNothing(row));
});

describe("nothing is left, even later, by", () => {
  for (const row of LATER) test(row.name, () => leavesNothing(row));
});

test("nothing is left by a module that fails while it is loaded", async () => {
  await using app = await scriptApp({
    "default/1/leave.ts": 'import "./_bad.ts";',
    "default/1/_bad.ts": 'Object.getPrototypeOf(structuredClone([])).left = 1; throw new Error("bad");',
    "default/1/look.ts": "return { seen: structuredClone([]).left ?? null };",
  });
  for (let round = 0; round < 2; round++) {
    expect((await app.ask("/leave")).status).toBe(500);
    expect((await app.ask("/look")).json).toEqual({ seen: null });
  }
});

describe("known to stay, because it belongs to the process and not to a script", () => {
  test.todo("members of live objects of the process: http.globalAgent, util.inspect.defaultOptions");
  test.todo("process-wide settings made by a call: dns.setDefaultResultOrder, performance.mark");
  test.todo(
    "prepareStackTrace of the server's own Error, set and then deleted: the runtime keeps what was set",
  );
  test.todo("what a script does to a package, the bundled zod among them: packages live once in the process");
});

/** Nobody finds anything afterwards, and within its own request the author sees what a fresh context shows. */
async function leavesNothing(row: LeaveBehindRow): Promise<void> {
  const story = await playTrick(row);
  for (const answer of story.leaving) expect(answer).not.toStartWith("500");
  expect(story.clean).toStartWith("200");
  for (const [who, answer] of Object.entries(story.afterwards))
    expect({ who, answer }).toEqual({ who, answer: story.clean });
  if (row.noticed !== undefined) return expect(story.inOneRequest).not.toBe(story.inFreshContext);
  expect(story.inOneRequest).toBe(
    row.seen === undefined ? story.clean : `200 ${JSON.stringify({ seen: row.seen })}`,
  );
  expect(story.inFreshContext).toBe(story.inOneRequest);
}
