import { describe, expect, test } from "bun:test";
import { openSync } from "node:fs";
import { RunningMark } from "../../../src/engine/running-mark.ts";
import { CELL, createOwnPage, createPage, LOOP_CELL, TICK_MS, TickCount } from "../../../src/process/page.ts";
import { ParentPage } from "../../../src/process/parent-page.ts";
import { OwnTicks } from "../../../src/process/ticks.ts";
import { until } from "../../support/until.ts";

/** A page with both of its ends in this process. */
function page() {
  const { path, bytes } = createPage();
  const parent = new ParentPage(openSync(path, "r+"));
  return { parent, bytes, mark: new RunningMark(bytes) };
}

describe("the page between parent and server", () => {
  test("the script whose code runs is read by its name, none when it is over", () => {
    const { parent, mark } = page();
    using _ = parent;
    expect(parent.read()).toEqual({ running: null, waiting: [] });
    mark.around(mark.placeOf("default/1/größe.ts"), () => {
      expect(parent.read().running).toBe("default/1/größe.ts");
      mark.around(mark.placeOf("default/1/pre.ts"), () =>
        expect(parent.read().running).toBe("default/1/pre.ts"),
      );
      expect(parent.read().running).toBe("default/1/größe.ts");
    });
    expect(parent.read().running).toBeNull();
  });

  test("scripts of executions that wait are read, each once, until they have settled", () => {
    const { parent, mark } = page();
    using _ = parent;
    const cells = ["a.ts", "b.ts", "a.ts"].map((file) => mark.waits(mark.placeOf(file)));
    expect([...parent.read().waiting].sort()).toEqual(["a.ts", "b.ts"]);
    mark.settled(cells[1] ?? 0);
    expect(parent.read().waiting).toEqual(["a.ts"]);
  });

  test("more executions than there is room for wait without being seen, and leave nothing behind", () => {
    const { parent, mark } = page();
    using _ = parent;
    const cells = Array.from({ length: 1000 }, () => mark.waits(mark.placeOf("a.ts")));
    for (const cell of cells) mark.settled(cell);
    expect(parent.read().waiting).toEqual([]);
    expect(mark.waits(mark.placeOf("a.ts"))).not.toBe(0);
  });

  test("the server's loops see ticks while the parent has it open, and not afterwards", async () => {
    const { parent, mark } = page();
    const tick = () => mark.loopCells[LOOP_CELL.tick];
    await until(tick, (ticks) => ticks === 3);
    parent[Symbol.dispose]();
    const last = tick();
    await Bun.sleep(3 * TICK_MS);
    expect(tick()).toBe(last);
  });

  test("a server that does nothing for a second gets no ticks, until it says that it has something to do", async () => {
    let woken = 0;
    const { path, bytes } = createPage();
    using parent = new ParentPage(openSync(path, "r+"));
    const mark = new RunningMark(bytes, () => {
      woken++;
      parent.ticks.wake();
    });
    const tick = () => mark.loopCells[LOOP_CELL.tick] ?? 0;
    await until(
      () => mark.cells[CELL.asleep],
      (asleep) => asleep === 1,
    );
    const last = tick();
    await Bun.sleep(5 * TICK_MS);
    expect(tick()).toBe(last);
    mark.begin();
    mark.begin();
    await until(tick, (now) => now > last + 2);
    expect(woken).toBe(1);
  }, 30_000);

  test("a server that was kept from saying so is woken by what the page shows", async () => {
    const { parent, mark } = page();
    using _ = parent;
    const isAsleep = () => mark.cells[CELL.asleep];
    await until(isAsleep, (asleep) => asleep === 1);
    mark.cells[CELL.requests] = 1;
    await until(isAsleep, (asleep) => asleep === 0);
    await until(isAsleep, (asleep) => asleep === 1);
    mark.cells[CELL.running] = mark.placeOf("a.ts");
    await until(isAsleep, (asleep) => asleep === 0);
  }, 30_000);

  test("a server is awake as long as a script waits for something", async () => {
    const { parent, mark } = page();
    using _ = parent;
    mark.waits(mark.placeOf("a.ts"));
    await until(
      () => mark.loopCells[LOOP_CELL.tick] ?? 0,
      (ticks) => ticks > 120,
    );
    expect(mark.cells[CELL.asleep]).toBe(0);
  }, 30_000);

  test("nothing ticks while requests come or something has its turn, and then while one run goes on", () => {
    const { cells } = new RunningMark();
    const count = new TickCount();
    for (let run = 0; run < 9; run++) {
      const cell = run % 2 ? CELL.requests : CELL.steps;
      cells[cell] = (cells[cell] ?? 0) + 1;
      expect(count.next(cells)).toBe(0);
    }
    expect([count.next(cells), count.next(cells)]).toEqual([1, 2]);
  });

  test("a server without a parent that sees its page ticks for itself", async () => {
    for (const own of [createPage(), createOwnPage()]) {
      const { loopCells } = new RunningMark(own.bytes);
      using _ = new OwnTicks(own);
      await until(
        () => loopCells[LOOP_CELL.tick],
        (ticks) => (ticks ?? 0) > 2,
      );
    }
  });

  test("a turn of the event loop, a request, and anything that had its turn make the pulse another one", () => {
    const { parent, mark } = page();
    using _ = parent;
    const seen = [parent.readPulse()];
    for (const cell of [CELL.beats, CELL.requests]) {
      mark.cells[cell] = (mark.cells[cell] ?? 0) + 1;
      seen.push(parent.readPulse());
    }
    mark.step();
    seen.push(parent.readPulse());
    mark.settled(mark.waits(mark.placeOf("a.ts")));
    seen.push(parent.readPulse());
    expect(new Set(seen).size).toBe(5);
  });

  test("code that runs on and on leaves the pulse as it is", () => {
    const { parent, mark } = page();
    using _ = parent;
    const before = parent.readPulse();
    mark.around(mark.placeOf("a.ts"), () => mark.around(mark.placeOf("b.ts"), () => 1));
    mark.waits(mark.placeOf("a.ts"));
    expect(parent.readPulse()).toBe(before);
  });

  test("when the room for names is full, further scripts have none", () => {
    const { parent, bytes, mark } = page();
    using _ = parent;
    const long = "x".repeat(60_000);
    const places = Array.from({ length: 100 }, (_each, at) => mark.placeOf(`${at}${long}`));
    expect(Math.max(...places)).toBeLessThan(bytes.length);
    mark.around(places.at(-1) ?? 0, () => expect(parent.read().running).toBeNull());
    mark.around(places[0] ?? 0, () => expect(parent.read().running).toBe(`0${long}`));
  });
});
