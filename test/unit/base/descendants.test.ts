import { expect, test } from "bun:test";
import { descendantsOf, endDescendants } from "../../../src/base/descendants.ts";
import { isAlive } from "../../support/process.ts";
import { until } from "../../support/until.ts";

const spawn = (script: string) =>
  Bun.spawn(["sh", "-c", script], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });

test.skipIf(process.platform !== "linux")(
  "children and theirs are found and ended, also one that does not listen (Linux only)",
  async () => {
    const child = spawn("sh -c \"trap '' TERM; sleep 600; sleep 600\"; true");
    const found = await until(
      () => descendantsOf(child.pid),
      (pids) => pids.length >= 2,
    );
    expect(await endDescendants(child.pid, 50)).toBe(found.length);
    await child.exited;
    // An orphan is nobody's descendant here any more, so each is looked at by itself.
    await until(
      () => found.filter(isAlive),
      (left) => left.length === 0,
    );
  },
);

test("a process without children has none to end", async () => {
  const child = spawn("exec sleep 600");
  expect(descendantsOf(child.pid)).toEqual([]);
  expect(await endDescendants(child.pid, 50)).toBe(0);
  child.kill();
  await child.exited;
});
