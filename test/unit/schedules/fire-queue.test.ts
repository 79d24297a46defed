import { expect, test } from "bun:test";
import fc from "fast-check";
import { FireQueue } from "../../../src/schedules/fire-queue.ts";

const drain = (queue: FireQueue<{ dueMs: number }>) => {
  const order: number[] = [];
  for (let first = queue.peek(); first !== undefined; first = queue.peek()) {
    order.push(first.dueMs);
    queue.remove(first);
  }
  return order;
};

test("whatever is added and removed, what is left comes out in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ dueMs: fc.integer({ min: 0, max: 50 }), stays: fc.boolean() })),
      fc.infiniteStream(fc.nat()),
      (items, picks) => {
        const queue = new FireQueue<{ dueMs: number }>();
        for (const item of items) queue.add(item);
        const doomed = items.filter(({ stays }) => !stays);
        while (doomed.length > 0) {
          const [item] = doomed.splice((picks.next().value ?? 0) % doomed.length, 1);
          if (item === undefined) continue;
          expect(queue.has(item)).toBe(true);
          queue.remove(item);
          expect(queue.has(item)).toBe(false);
        }
        const left = items.filter(({ stays }) => stays).map(({ dueMs }) => dueMs);
        expect(queue.size).toBe(left.length);
        expect(drain(queue)).toEqual(left.sort((one, other) => one - other));
        expect(queue.size).toBe(0);
      },
    ),
  );
});

test("an item stands in it once, and removing what is not there does nothing", () => {
  const queue = new FireQueue<{ dueMs: number }>();
  const item = { dueMs: 1 };
  queue.add(item);
  queue.add(item);
  queue.remove({ dueMs: 1 });
  expect(drain(queue)).toEqual([1]);
});
