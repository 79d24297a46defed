import { describe, expect, test } from "bun:test";
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/schedules/history";
const TRIGGER = "/api/v1/exec/schedules/trigger";
const FILES = {
  "default/1/a.ts": "// @schedule */5 * * * *\nreturn { n: 1 }",
  "default/1/b.ts": "// @schedule @daily\nthrow new Error('no luck')",
};

/** Three runs, a minute apart: a, b, a. */
async function appWithRuns(flags: readonly string[] = []) {
  const clock = new FakeClock("2026-01-15T10:30:00.000Z");
  const app = await testApp({ clock, files: FILES, flags });
  const runIds: string[] = [];
  for (const scriptPath of ["a.ts", "b.ts", "a.ts"]) {
    runIds.push((await app.call("POST", TRIGGER, { scriptPath })).body.runId);
    clock.advance(60_000);
  }
  return { app, runIds };
}

describe("schedules.history", () => {
  scenario("is empty at first", {
    request: ["GET", PATH],
    status: 200,
    body: { total: 0, limit: 100, includeRotated: false, entries: [] },
  });

  test("tells the newest run first", async () => {
    const { app, runIds } = await appWithRuns();
    await using _ = app;
    const { body } = await app.call("GET", PATH);
    expect(body).toEqual({
      total: 3,
      limit: 100,
      includeRotated: false,
      entries: [
        {
          ts: "2026-01-15T10:32:00.000Z",
          scriptPath: "default/1/a.ts",
          expression: "*/5 * * * *",
          runId: runIds[2],
          status: "ok",
          durationMs: 0,
          returnPreview: '{"n":1}',
        },
        {
          ts: "2026-01-15T10:31:00.000Z",
          scriptPath: "default/1/b.ts",
          expression: "@daily",
          runId: runIds[1],
          status: "error",
          durationMs: 0,
          error: "no luck",
        },
        expect.objectContaining({ runId: runIds[0] }),
      ],
    });
  });

  test.each<[string, number, number[]]>([
    ["limit=1", 3, [2]],
    ["limit=2", 3, [2, 1]],
    ["limit=5000", 3, [2, 1, 0]],
    ["limit=0", 3, [2]],
    ["scriptPath=a.ts", 2, [2, 0]],
    ["scriptPath=default/1/b.ts", 1, [1]],
    ["scriptPath=missing.ts", 0, []],
    ["scriptPath=", 3, [2, 1, 0]],
    ["since=2026-01-15T10:31:00Z", 2, [2, 1]],
    ["since=2026-01-15T10:31:00", 2, [2, 1]],
    ["since=2026-01-15T11:31:00%2B01:00", 2, [2, 1]],
    ["since=2026-01-15T10:31:00.001Z", 1, [2]],
    ["since=2026-01-16", 0, []],
    ["since=2026-01-15&limit=1&scriptPath=a.ts", 2, [2]],
  ])("%s finds %d", async (query, total, found) => {
    const { app, runIds } = await appWithRuns();
    await using _ = app;
    const { status, body } = await app.call("GET", `${PATH}?${query}`);
    expect({ status, total: body.total }).toEqual({ status: 200, total });
    expect(body.entries.map(({ runId }: { runId: string }) => runIds.indexOf(runId))).toEqual(found);
    expect(body.limit).toBe(
      query === "limit=5000"
        ? 1000
        : Number(/limit=([12])/.exec(query)?.[1] ?? (query === "limit=0" ? 1 : 100)),
    );
  });

  test.each<[string, string]>([
    ["since=yesterday", "since must be ISO 8601"],
    ["since=1768473000", "since must be ISO 8601"],
    ["since=2026-13-45", "since must be ISO 8601"],
    ["limit=many", "Invalid query parameter"],
    ["includeRotated=perhaps", "Invalid query parameter"],
    ["scriptPath=../../x", "scriptPath must be inside scripts directory"],
    ["scriptPath=/etc/passwd", "scriptPath must be inside scripts directory"],
  ])("%s is refused", async (query, error) => {
    await using app = await testApp();
    expect(await app.call("GET", `${PATH}?${query}`)).toMatchObject({ status: 400, body: { error } });
  });

  test("older files are read when they are asked for", async () => {
    await using app = await testApp({
      files: FILES,
      flags: ["--log-file-max", "1024", "--log-files-kept", "2"],
    });
    for (let at = 0; at < 30; at++) await app.call("POST", TRIGGER, { scriptPath: "a.ts" });
    const some = (await app.call("GET", PATH)).body;
    const all = (await app.call("GET", `${PATH}?includeRotated=true`)).body;
    expect(some.total).toBeGreaterThan(0);
    expect(some.total).toBeLessThan(all.total);
    expect(all.total).toBeLessThan(30);
    expect(all.includeRotated).toBe(true);
    const times = all.entries.map(({ ts }: { ts: string }) => ts);
    expect(times).toEqual(times.toSorted().reverse());
  });

  test("lines that a crash cut off, or that somebody wrote, are passed over", async () => {
    const { app, runIds } = await appWithRuns();
    await using _ = app;
    const path = join(app.storage.path, "logs/cron/fires.log");
    await mkdir(join(path, ".."), { recursive: true });
    await appendFile(path, 'not json\n{"ts":1}\n\n{"ts":"2026-01-15T10:33:00.000Z","scriptPath":"def');
    expect((await app.call("GET", PATH)).body.total).toBe(3);
    const { runId } = (await app.call("POST", TRIGGER, { scriptPath: "a.ts" })).body;
    const { entries, total } = (await app.call("GET", PATH)).body;
    expect(total).toBe(4);
    expect(entries.map((entry: { runId: string }) => entry.runId)).toEqual([runId, ...runIds.toReversed()]);
  });
});
