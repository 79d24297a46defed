import { expect, test } from "bun:test";
import { atOnce, inTurns, type Steps, Turns } from "../../../src/base/turns.ts";

function* countTo(max: number): Steps<number> {
  let count = 0;
  while (count < max) {
    count++;
    yield;
  }
  return count;
}

/** Passes the time that a turn has. */
function workLong(): void {
  const endMs = performance.now() + 5;
  while (performance.now() < endMs);
}

test("work in steps comes to the same end at once and in turns", async () => {
  expect(atOnce(countTo(1_000))).toBe(1_000);
  expect(await inTurns(countTo(1_000))).toBe(1_000);
});

test("what the work throws reaches whoever asked for it", async () => {
  function* failing(): Steps<void> {
    yield;
    throw new Error("no luck");
  }
  expect(() => atOnce(failing())).toThrow("no luck");
  expect(inTurns(failing())).rejects.toThrow("no luck");
});

test("others have their turn once a stretch of work was long enough, and not before", async () => {
  let others = 0;
  const turns = new Turns();
  setImmediate(() => others++);
  await turns.next();
  expect(others).toBe(0);
  workLong();
  await turns.next();
  expect(others).toBe(1);
});
