import { expect, test } from "bun:test";
import { lazily } from "../../../src/base/lazily.ts";

test("what is asked for several times is made once, not before, and again after a failure", async () => {
  let calls = 0;
  const get = lazily(async () => {
    calls++;
    if (calls === 1) throw new Error("not yet");
    return calls;
  });
  expect(calls).toBe(0);
  const first = [get(), get()].map((each) => each.catch((error: Error) => error.message));
  expect(await Promise.all(first)).toEqual(["not yet", "not yet"]);
  expect(await Promise.all([get(), get(), get()])).toEqual([2, 2, 2]);
});
