import { describe, expect, test } from "bun:test";
import { attempt, attemptFiles } from "../corpus/runaway/attempt.ts";
import { BEYOND_GUARDS } from "../corpus/runaway/beyond-guards.ts";
import { startProcess } from "../support/process.ts";
import { until } from "../support/until.ts";
import { readMemory } from "./faults/vitals.ts";

/** Instead of 5 s, so that many can be tried; `bun run corpus:runaway` takes the time. */
const FLAGS = ["--stall-timeout", "500ms"];

describe("what no guard can end keeps nobody out, and is named: ", () => {
  test.each(BEYOND_GUARDS)(
    "$name",
    async (row) => {
      await using server = await startProcess({ files: attemptFiles(row), flags: FLAGS });
      const { end, silentMs, isNamed } = await attempt(server, row);
      expect(row.ends).toContain(end);
      expect(isNamed).toBe(true);
      expect(silentMs).toBeLessThan(6_000);
    },
    30_000,
  );
});

test("memory that a script filled and let go of is given back", async () => {
  const files = {
    "default/1/objects.js": "// @loop-limit 1s\nconst all = []; for (;;) all.push({})",
    "default/1/bytes.js": "return Buffer.alloc(5e8, 1).length",
    "default/1/ok.js": "return 1",
  };
  await using server = await startProcess({ files });
  await server.fetch("/ok");
  const pid = await server.serverPid();
  const { rssMib } = readMemory(pid);
  for (const path of ["/objects", "/bytes"]) await (await server.fetch(path)).text();
  expect(readMemory(pid).peakMib).toBeGreaterThan(rssMib + 450);
  await until(
    () => readMemory(pid).rssMib,
    (now) => now < rssMib + 100,
    { withinMs: 45_000 },
  );
}, 60_000);
