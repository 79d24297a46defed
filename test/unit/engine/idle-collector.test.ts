import { expect, test } from "bun:test";
import { IdleCollector } from "../../../src/engine/idle-collector.ts";
import { until } from "../../support/until.ts";

const QUIET_MS = 5;

/** A process that uses so much CPU between two looks, then none. */
function processThatUses(eachLookUs: readonly number[]) {
  let used = 0;
  const seen = { collections: 0, looks: 0 };
  const ports = {
    cpuUsedUs: () => {
      used += eachLookUs[seen.looks++] ?? 0;
      return used;
    },
    collect: () => void seen.collections++,
  };
  return { ports, seen };
}

function compile(collector: IdleCollector, files: number): void {
  for (let file = 0; file < files; file++) collector.noteCompiled();
}

test("a process that compiled a lot and is quiet is collected once", async () => {
  const { ports, seen } = processThatUses([]);
  using collector = new IdleCollector(ports, QUIET_MS);
  compile(collector, 1_000);
  expect(
    await until(
      () => seen.collections,
      (count) => count > 0,
    ),
  ).toBe(1);
});

test("a busy process is left alone until it is quiet", async () => {
  const { ports, seen } = processThatUses([0, 1_000_000, 0, 1_000_000]);
  using collector = new IdleCollector(ports, QUIET_MS);
  compile(collector, 1_000);
  const collections = await until(
    () => seen.collections,
    (count) => count > 0,
  );
  expect(collections).toBe(1);
  expect(seen.looks).toBeGreaterThan(4);
});

test("a handful of files is not worth it", async () => {
  const { ports, seen } = processThatUses([]);
  using collector = new IdleCollector(ports, QUIET_MS);
  compile(collector, 10);
  await Bun.sleep(4 * QUIET_MS);
  expect(seen.collections).toBe(0);
});
