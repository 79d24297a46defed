import { expect, test } from "bun:test";
import { startProcess } from "../support/process.ts";

const ENDLESS = `return (async function* () {
  yield "begun";
  await new Promise(() => {});
})()`;

test("an answer that is still being sent when the drain is over counts as aborted", async () => {
  await using server = await startProcess({
    files: { "default/1/endless.ts": ENDLESS },
    flags: ["--drain-timeout", "100ms"],
  });
  const { body } = await server.fetch("/endless");
  const reader = body?.getReader();
  await reader?.read();
  expect(await server.stop()).toBe(0);
  await reader?.cancel().catch(() => undefined);
  expect(server.output()).toContain('"aborted":1,');
});
