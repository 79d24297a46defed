import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ServerProcess, startProcess, untilGone } from "../support/process.ts";
import { until } from "../support/until.ts";

const API = "/api/v1/exec/schedules";

/** Notes each run in a file, which is what really ran, whatever the server says of it. */
const noting = (work = "", schedule = "* * * * *") => `// @schedule ${schedule}
require("fs").appendFileSync(require("path").join(__dirname, "../../../runs.txt"), metadata.scriptPath + "\\n");
${work}
return "done"`;

const PAUSE = "await new Promise((resolve) => setTimeout(resolve, 40));";

const many = (count: number, work = "") =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`default/1/s${at}.ts`, noting(work)]));

/** Environment of a process whose clock shows this second of a minute when it starts; minutes are what schedules know. */
function atSecond(second: number): Record<string, string> {
  const offsetMs = second * 1000 - (Date.now() % 60_000);
  return {
    CLOCK_OFFSET_MS: String(offsetMs),
    BUN_OPTIONS: `--preload ${join(import.meta.dir, "../support/shifted-date.ts")}`,
  };
}

/** Milliseconds to the next full minute of that clock. */
const leftMs = (env: Record<string, string>) =>
  60_000 - ((Date.now() + Number(env["CLOCK_OFFSET_MS"])) % 60_000);

const runsOf = async ({ storage }: ServerProcess) => {
  const text = await readFile(join(storage.path, "runs.txt"), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
};

const get = async (server: ServerProcess, path: string) =>
  (await server.fetch(`${API}/${path}`)).json() as never;

interface List {
  readonly total: number;
  readonly schedules: readonly { readonly lastFireStatus: string | null; readonly nextFire: string }[];
}
interface History {
  readonly total: number;
  readonly entries: readonly Record<string, string>[];
}

const list = (server: ServerProcess): Promise<List> => get(server, "list");
const history = (server: ServerProcess): Promise<History> => get(server, "history?limit=1000");

const allFired = (server: ServerProcess, count: number) =>
  until(
    async () => (await list(server)).schedules.filter(({ lastFireStatus }) => lastFireStatus === "ok").length,
    (fired) => fired === count,
    { withinMs: 20_000 },
  );

const restart = (server: ServerProcess) =>
  server.fetch("/api/v1/exec/system/restart", {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    body: "{}",
  });

const once = (files: object) => Object.keys(files).sort();

describe("a scheduled script", () => {
  test("runs at its minute, and its history says so", async () => {
    const env = atSecond(57);
    await using server = await startProcess({ env, files: { "default/1/tick.js": noting() } });
    expect((await list(server)).schedules[0]?.nextFire).toMatch(/:00\.000Z$/);
    await allFired(server, 1);
    const { entries, total } = await history(server);
    expect(total).toBe(1);
    expect(entries[0]).toMatchObject({ scriptPath: "default/1/tick.js", returnPreview: '"done"' });
    // In the first second of the minute.
    expect(entries[0]?.["ts"]).toMatch(/:00\.\d{3}Z$/);
    expect(await runsOf(server)).toEqual(["default/1/tick.js"]);
  }, 30_000);

  test("that never yields is ended at its limit, also on a server that had nothing to do", async () => {
    const env = atSecond(56);
    const loop = "// @schedule * * * * *\n// @loop-limit 300\nwhile (true) {}";
    await using server = await startProcess({ env, files: { "default/1/loop.ts": loop } });
    const pid = await server.serverPid();
    // Nobody asks anything until the minute begins.
    await Bun.sleep(leftMs(env) + 100);
    await until(
      async () => (await history(server)).entries[0],
      (entry) => entry !== undefined,
    );
    expect((await history(server)).entries).toMatchObject([
      { status: "error", error: expect.stringContaining("default/1/loop.ts:3") },
    ]);
    expect(await server.serverPid()).toBe(pid);
  }, 30_000);

  test("that was saved on disk is followed", async () => {
    await using server = await startProcess({ files: { "default/1/a.ts": "return 1" } });
    expect((await list(server)).total).toBe(0);
    await server.storage.write({ "scripts/default/1/a.ts": noting("", "@daily") });
    await until(
      async () => (await list(server)).total,
      (total) => total === 1,
    );
    const reload = await server.fetch(`${API}/reload`, { method: "POST" });
    expect(await reload.json()).toMatchObject({ added: ["default/1/a.ts"], kept: [], removed: [] });
  });
});

describe("over a graceful restart", () => {
  test("what comes due while the servers change places runs once", async () => {
    const env = atSecond(54);
    const files = many(30);
    await using server = await startProcess({
      env,
      files: {
        ...files,
        "default/1/slow.ts": "await new Promise((done) => setTimeout(done, 3500)); return 1",
      },
    });
    expect((await list(server)).total).toBe(30);
    const old = await server.serverPid();
    await Bun.sleep(Math.max(0, leftMs(env) - 1_500));
    // The old server has this to finish when the minute begins, and fires no more.
    const slow = server.fetch("/slow");
    await restart(server);
    expect(await (await slow).text()).toBe("1");
    expect(await runsOf(server)).toEqual([]);
    await untilGone(old);
    await allFired(server, 30);
    expect((await runsOf(server)).sort()).toEqual(once(files));
    expect((await history(server)).total).toBe(30);
  }, 60_000);

  test("what waits for its turn passes to the new server, what has begun is finished by the old one", async () => {
    const env = atSecond(56);
    const files = many(40, PAUSE);
    await using server = await startProcess({ env, files, flags: ["--schedules-running-max", "1"] });
    const old = await server.serverPid();
    await until(
      async () => (await runsOf(server)).length,
      (runs) => runs >= 5,
    );
    await restart(server);
    await untilGone(old);
    expect((await runsOf(server)).length).toBeLessThan(40);
    await allFired(server, 40);
    expect((await runsOf(server)).sort()).toEqual(once(files));
    expect((await history(server)).total).toBe(40);
  }, 60_000);
});

describe("after kill -9", () => {
  test("a server that dies before the minute is replaced in time", async () => {
    const env = atSecond(55);
    const files = many(10);
    await using server = await startProcess({ env, files });
    const pid = await server.serverPid();
    await Bun.sleep(Math.max(0, leftMs(env) - 1_000));
    process.kill(pid, "SIGKILL");
    await untilGone(pid);
    await until(
      async () => (await runsOf(server)).length,
      (runs) => runs === 10,
      { withinMs: 20_000 },
    );
    await allFired(server, 10);
    expect((await runsOf(server)).sort()).toEqual(once(files));
  }, 60_000);

  test("in the middle of many runs none is begun twice, and the history can be read", async () => {
    const env = atSecond(56);
    await using server = await startProcess({
      env,
      files: many(40, PAUSE),
      flags: ["--schedules-running-max", "1"],
    });
    const pid = await server.serverPid();
    await until(
      async () => (await runsOf(server)).length,
      (runs) => runs >= 5,
    );
    process.kill(pid, "SIGKILL");
    await untilGone(pid);
    const { triggered } = (await until(
      () =>
        server
          .fetch(`${API}/trigger`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: '{"scriptPath":"s0.ts"}',
          })
          .then((answer) => answer.json())
          .catch(() => null),
      (answer) => answer !== null,
    )) as { triggered: boolean };
    expect(triggered).toBe(true);
    const runs = await runsOf(server);
    expect(runs.length - 1).toBe(new Set(runs).size);
    const { total, entries } = await history(server);
    expect(total).toBe(entries.length);
    expect(total).toBeGreaterThan(2);
    expect(total).toBeLessThanOrEqual(runs.length);
  }, 60_000);
});

describe("stopping", () => {
  const trigger = (server: ServerProcess) =>
    server
      .fetch(`${API}/trigger`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"scriptPath":"a.ts"}',
      })
      .catch(() => null);

  const running = (server: ServerProcess) =>
    until(
      async () => (await runsOf(server)).length,
      (runs) => runs === 1,
    );

  const lastLine = async ({ storage }: ServerProcess) =>
    JSON.parse(
      (await readFile(join(storage.path, "logs/cron/fires.log"), "utf8")).trim().split("\n").at(-1) ?? "",
    );

  test("waits for a run that has begun", async () => {
    await using server = await startProcess({
      files: { "default/1/a.ts": noting("await new Promise((done) => setTimeout(done, 500));") },
    });
    const answer = trigger(server);
    await running(server);
    expect(await server.stop()).toBe(0);
    expect(await (await answer)?.json()).toMatchObject({ triggered: true, status: "ok" });
    expect(await lastLine(server)).toMatchObject({ status: "ok" });
  });

  test("tells a run that takes too long, and keeps a record of it", async () => {
    await using server = await startProcess({
      flags: ["--drain-timeout", "200"],
      files: { "default/1/a.ts": noting("await new Promise(() => {});") },
    });
    void trigger(server);
    await running(server);
    expect(await server.stop()).toBe(0);
    expect(await lastLine(server)).toMatchObject({
      status: "error",
      error: "The server stopped before the run had ended",
    });
  });
});
