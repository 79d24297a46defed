import { expect, test } from "bun:test";
import { parseDirectives } from "../../../src/directives/parse.ts";
import { admit } from "../../../src/engine/admit.ts";
import type { LoadedScript, ScriptUnit } from "../../../src/engine/script-unit.ts";

const unit = {
  file: "default/1/a.ts",
  gate: null,
  state: { refusals: { queue: 0 } },
} as unknown as ScriptUnit;
const loaded = {
  compiled: { directives: parseDirectives("// @concurrent 1") },
  timeoutMs: 40,
} as LoadedScript;
const server = { requestIP: () => null, timeout: () => undefined, upgrade: () => false };
const ask = (leftMs: number) =>
  admit(unit, loaded, { request: new Request("http://localhost/a"), server, query: "", queueMax: 1, leftMs });

test("a request whose time limit is over while it waits for its place is a timeout, no full queue", async () => {
  const leave = await ask(1_000);
  await expect(ask(0)).rejects.toMatchObject({ kind: "scriptTimeout", extra: { timeoutMs: 40 } });
  expect(unit.state.refusals.queue).toBe(0);
  const next = ask(1_000);
  leave?.();
  expect(await next).toBeFunction();
});
