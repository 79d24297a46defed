import { expect, test } from "bun:test";
import { SingleNode } from "../../../src/cluster/single-node.ts";

function nodeOver(state: Record<string, unknown>): SingleNode {
  return new SingleNode(() => state);
}

const increment = { deploymentKey: "default/1", key: "count" };

test("no increment is lost when two hundred overlap", async () => {
  const state: Record<string, unknown> = {};
  const node = nodeOver(state);
  const update = async (current: unknown) => {
    await Bun.sleep(0);
    return Number(current ?? 0) + 1;
  };
  await Promise.all(Array.from({ length: 200 }, () => node.updateState({ ...increment, update })));
  expect(state["count"]).toBe(200);
});

test("a change resolves with the new value", async () => {
  expect(await nodeOver({ count: 4 }).updateState({ ...increment, update: (now) => Number(now) * 2 })).toBe(
    8,
  );
});

test("a change that throws rejects, changes nothing and does not stop the next one", async () => {
  const state: Record<string, unknown> = { count: 1 };
  const node = nodeOver(state);
  const failing = node.updateState({
    ...increment,
    update: () => {
      throw new Error("no");
    },
  });
  const next = node.updateState({ ...increment, update: (now) => Number(now) + 1 });
  expect(failing).rejects.toThrow("no");
  expect(await next).toBe(2);
});
