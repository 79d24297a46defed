import { expect, test } from "bun:test";
import { DirectoryLock } from "../../../src/packages/directory-lock.ts";
import { tempDir } from "../../support/temp-dir.ts";

const isLinux = process.platform === "linux";
const { signal } = new AbortController();

test.skipIf(!isLinux)("one has it, the next gets it when it is given back (Linux only)", async () => {
  await using directory = await tempDir();
  const first = DirectoryLock.tryTake(directory.path);
  expect(first?.isCertain).toBe(true);
  expect(DirectoryLock.tryTake(directory.path)).toBeNull();
  expect(await DirectoryLock.take(directory.path, { timeoutMs: 50, signal })).toBeNull();
  const next = DirectoryLock.take(directory.path, { timeoutMs: 5_000, signal });
  first?.[Symbol.dispose]();
  using taken = await next;
  expect(taken?.isCertain).toBe(true);
});

test.skipIf(!isLinux)(
  "a command that holds the descriptor keeps it until it has ended (Linux only)",
  async () => {
    await using directory = await tempDir();
    const lock = DirectoryLock.tryTake(directory.path);
    const child = Bun.spawn(["cat"], { stdio: ["pipe", "ignore", "ignore", lock?.fd ?? -1] });
    lock?.[Symbol.dispose]();
    expect(DirectoryLock.tryTake(directory.path)).toBeNull();
    child.stdin.end();
    await child.exited;
    using again = DirectoryLock.tryTake(directory.path);
    expect(again).not.toBeNull();
  },
);

test.skipIf(!isLinux)("what else is started does not hold it (Linux only)", async () => {
  await using directory = await tempDir();
  const lock = DirectoryLock.tryTake(directory.path);
  const child = Bun.spawn(["cat"], { stdin: "pipe" });
  lock?.[Symbol.dispose]();
  // A new process lets go of it a moment after it was started.
  using again = await DirectoryLock.take(directory.path, { timeoutMs: 5_000 });
  expect(again).not.toBeNull();
  child.stdin.end();
  await child.exited;
});

test("an aborted wait ends without it", async () => {
  await using directory = await tempDir();
  const stop = new AbortController();
  using _first = DirectoryLock.tryTake(directory.path);
  stop.abort();
  expect(await DirectoryLock.take(directory.path, { timeoutMs: 5_000, signal: stop.signal })).toBeNull();
});
