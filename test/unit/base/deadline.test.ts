import { describe, expect, test } from "bun:test";
import { withDeadline } from "../../../src/base/deadline.ts";

const never = new Promise<never>(() => {});
const late = () => new Error("late");

describe("withDeadline", () => {
  test("yields what the promise yields in time", async () => {
    expect(await withDeadline(Promise.resolve(1), 60_000, late)).toBe(1);
    expect(withDeadline(Promise.reject(new Error("own")), 60_000, late)).rejects.toThrow("own");
  });

  test("throws what late makes when the time is over, also when it was over before", async () => {
    expect(withDeadline(never, 1, late)).rejects.toThrow("late");
    expect(withDeadline(never, -5, late)).rejects.toThrow("late");
  });

  test("without a limit it waits", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiting = withDeadline(promise, Number.POSITIVE_INFINITY, late);
    setTimeout(() => resolve("done"), 5);
    expect(await waiting).toBe("done");
  });

  test("a rejection that comes too late disturbs nobody", async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    expect(await withDeadline(promise, 1, late).catch((error: Error) => error.message)).toBe("late");
    reject(new Error("too late"));
    await new Promise((resolve) => setTimeout(resolve, 1));
  });
});
