import { expect, test } from "bun:test";
import { LoopTurns } from "../../../src/engine/loop-turns.ts";

const standing = ({ stint, turn }: LoopTurns) => ({ stint, turn });
const eventLoop = () => new Promise((done) => setTimeout(done, 1));

test("microtasks are no yielding, a turn of the event loop is", async () => {
  using turns = new LoopTurns();
  turns.watch();
  const run = standing(turns);
  turns.lastRun = run;
  for (let at = 0; at < 100; at++) await null;
  expect(turns.hasYielded(run)).toBe(false);
  await eventLoop();
  expect(turns.hasYielded(run)).toBe(true);
});

test("process.nextTick is no yielding, unless somebody else was at work", async () => {
  using turns = new LoopTurns();
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
  using turns = new LoopTurns();
  turns.end("a.ts");
  expect([turns.isEnded("a.ts"), turns.isEnded("b.ts")]).toEqual([true, false]);
  turns.begin();
  expect(turns.isEnded("a.ts")).toBe(false);
  turns.end("a.ts");
  await eventLoop();
  expect(turns.isEnded("a.ts")).toBe(false);
});
