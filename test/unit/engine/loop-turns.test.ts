import { expect, test } from "bun:test";
import { LoopTurns } from "../../../src/engine/loop-turns.ts";
import { LOOP_CELL, LOOP_CELLS } from "../../../src/process/page.ts";

const cells = () => new Int32Array(LOOP_CELLS);
const standing = ({ stint, turn }: LoopTurns) => ({ stint, turn });
const eventLoop = () => new Promise((done) => setTimeout(done, 1));

test("microtasks are no yielding, a turn of the event loop is", async () => {
  using turns = new LoopTurns(cells());
  turns.watch();
  const run = standing(turns);
  turns.lastRun = run;
  for (let at = 0; at < 100; at++) await null;
  expect(turns.hasYielded(run)).toBe(false);
  await eventLoop();
  expect(turns.hasYielded(run)).toBe(true);
});

test("process.nextTick is no yielding, unless somebody else was at work", async () => {
  using turns = new LoopTurns(cells());
  await eventLoop();
  turns.watch();
  const run = standing(turns);
  turns.lastRun = run;
  await new Promise<void>((done) => process.nextTick(done));
  await new Promise<void>((done) => process.nextTick(done));
  expect(turns.stint).toBe(run.stint + 1);
  expect(turns.hasYielded(run)).toBe(false);
  turns.lastRun = standing(turns);
  expect(turns.hasYielded(run)).toBe(true);
});

test("an ended script is remembered until its stint is over, or another request begins", async () => {
  using turns = new LoopTurns(cells());
  turns.end("a.ts");
  expect([turns.isEnded("a.ts"), turns.isEnded("b.ts"), turns.cells[LOOP_CELL.haste]]).toEqual([
    true,
    false,
    1,
  ]);
  turns.begin();
  expect([turns.isEnded("a.ts"), turns.cells[LOOP_CELL.haste]]).toEqual([false, 0]);
  turns.end("a.ts");
  await eventLoop();
  expect(turns.isEnded("a.ts")).toBe(false);
});
