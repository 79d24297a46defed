import { expect, test } from "bun:test";
import { PathLocks } from "../../../src/scripts/path-locks.ts";

test("changes of one path happen in the order they were asked for, also when one fails", async () => {
  const locks = new PathLocks();
  const log: string[] = [];
  const first = locks.run(["a"], async () => {
    await Promise.resolve();
    log.push("first");
    throw new Error("first fails");
  });
  const second = locks.run(["a"], async () => log.push("second"));
  await expect(first).rejects.toThrow("first fails");
  await second;
  expect(log).toEqual(["first", "second"]);
});

test("different paths do not wait for each other", async () => {
  const locks = new PathLocks();
  const { promise, resolve } = Promise.withResolvers<void>();
  const held = locks.run(["a"], () => promise);
  expect(await locks.run(["b"], async () => "free")).toBe("free");
  resolve();
  await held;
});

test("moves in opposite directions do not wait for each other for ever", async () => {
  const locks = new PathLocks();
  const log: string[] = [];
  await Promise.all([
    locks.run(["a", "b"], async () => log.push("there")),
    locks.run(["b", "a"], async () => log.push("back")),
  ]);
  expect(log).toEqual(["there", "back"]);
});
