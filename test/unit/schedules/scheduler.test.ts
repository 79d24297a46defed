import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Invocation, InvocationOutcome } from "../../../src/engine/invoke.ts";
import { Announcer } from "../../../src/schedules/announcer.ts";
import { FireLog } from "../../../src/schedules/fire-log.ts";
import { HandledMark } from "../../../src/schedules/handled-mark.ts";
import { Scheduler } from "../../../src/schedules/scheduler.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";

const OK: InvocationOutcome = { kind: "answered", preview: "1" };
const every = (expression: string) => `// @schedule ${expression}\nreturn 1`;

interface RigOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly start?: string;
  readonly clock?: FakeClock;
  readonly storage?: TempDir;
  readonly isSuccessor?: boolean;
  readonly owner?: Promise<void>;
  readonly runningMax?: number;
  /** Whether runs go on until the test ends them. */
  readonly holds?: boolean;
}

/** A scheduler whose scripts do not run, over a clock that stands still. */
async function rig(options: RigOptions = {}) {
  const storage = options.storage ?? (await tempDir());
  const root = join(storage.path, "scripts");
  const save = (files: Readonly<Record<string, string>>) =>
    storage.write(Object.fromEntries(Object.entries(files).map(([file, text]) => [`scripts/${file}`, text])));
  await save(options.files ?? {});
  const clock = options.clock ?? new FakeClock(options.start ?? "2026-01-15T10:30:30.000Z");
  const warnings: string[] = [];
  const log = { warn: (_: object, text: string) => void warnings.push(text), debug() {}, info() {} } as never;
  const fired: string[] = [];
  const running = new Map<string, { end: (outcome?: InvocationOutcome) => void; endCode: () => void }>();
  const invoke = ({ file }: Invocation) => {
    fired.push(`${clock.now().toISOString().slice(11, 19)} ${file}`);
    const outcome = Promise.withResolvers<InvocationOutcome>();
    const ended = Promise.withResolvers<void>();
    const endCode = () => ended.resolve();
    const end = (each: InvocationOutcome = OK) => {
      outcome.resolve(each);
      running.delete(file);
      if (each.kind !== "timedOut") endCode();
    };
    running.set(file, { end, endCode });
    if (!options.holds) end();
    return { executionId: "exec_1", outcome: outcome.promise, ended: ended.promise };
  };
  const history = new FireLog({
    path: join(storage.path, "fires.log"),
    fileBytesMax: 1e6,
    filesKept: 1,
    log,
  });
  const told: { type: string; payload: object }[] = [];
  const events = {
    emit: (type: string, payload: object) => void told.push({ type, payload }),
  };
  const scheduler = new Scheduler({
    root,
    isOn: true,
    runningMax: options.runningMax ?? 64,
    clock,
    log,
    announcer: new Announcer(events, "exec-1"),
    history,
    mark: new HandledMark(join(storage.path, "data/handled.json")),
    invoke,
    owner: options.owner ?? Promise.resolve(),
    isSuccessor: options.isSuccessor ?? false,
  });
  /** Lets the line begin what it was given. */
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const tick = async () => {
    await scheduler.tick();
    await settle();
  };
  /** Moves on second by second, looking at each. */
  const live = async (seconds: number) => {
    for (let at = 0; at < seconds; at++) {
      clock.advance(1_000);
      await tick();
    }
  };
  const records = async () =>
    (await history.query({ scriptPaths: null, since: null, limit: 1000, includeRotated: false })).entries;
  return {
    told,
    storage,
    scheduler,
    clock,
    warnings,
    fired,
    running,
    save,
    settle,
    tick,
    live,
    records,
    async [Symbol.asyncDispose]() {
      await scheduler[Symbol.asyncDispose]();
      if (options.storage === undefined) await storage[Symbol.asyncDispose]();
    },
  };
}

describe("a schedule", () => {
  test("fires once for each of its times", async () => {
    await using it = await rig({
      files: { "default/1/a.ts": every("* * * * *"), "default/1/b.ts": every("*/2 * * * *") },
    });
    await it.scheduler.takeOver();
    await it.live(150);
    expect(it.fired.toSorted()).toEqual([
      "10:31:00 default/1/a.ts",
      "10:32:00 default/1/a.ts",
      "10:32:00 default/1/b.ts",
      "10:33:00 default/1/a.ts",
    ]);
    expect(it.scheduler.totals).toEqual({ fires: 4, errors: 0, active: 0, wrapperActive: 0 });
  });

  test("tells what becomes of it: that it is there, runs, when that was due, and that it is gone", async () => {
    await using it = await rig({ files: { "default/1/a.ts": every("* * * * *") } });
    await it.scheduler.takeOver();
    it.clock.advance(45_000);
    await it.tick();
    it.scheduler.apply({ kind: "removed", file: "default/1", origin: "disk" });
    expect(it.told.map(({ type }) => type)).toEqual([
      "schedule.registered",
      "schedule.fired",
      "schedule.completed",
      "schedule.unregistered",
    ]);
    const [registered, fired, , unregistered] = it.told.map(({ payload }) => payload);
    expect(registered).toEqual({
      path: "default/1/a.ts",
      expression: "* * * * *",
      next_fire: "2026-01-15T10:31:00.000Z",
    });
    expect(fired).toMatchObject({ scheduled_for: "2026-01-15T10:31:00.000Z", node: "exec-1" });
    expect(unregistered).toEqual({ path: "default/1/a.ts", reason: "removed" });
  });

  test("that came due while scripts were still being read fires late", async () => {
    await using it = await rig({ files: { "default/1/a.ts": every("* * * * *") } });
    it.clock.advance(40_000);
    await it.scheduler.takeOver();
    await it.tick();
    expect(it.fired).toEqual(["10:31:10 default/1/a.ts"]);
  });

  test("that came due while the loop stood still fires late, and once", async () => {
    await using it = await rig({ files: { "default/1/a.ts": every("* * * * *") } });
    await it.scheduler.takeOver();
    await it.live(10);
    it.clock.advance(5 * 60_000);
    await it.tick();
    await it.live(30);
    expect(it.fired).toEqual(["10:35:40 default/1/a.ts", "10:36:00 default/1/a.ts"]);
  });

  test("follows a clock that was set forward, and misses what lay between", async () => {
    await using it = await rig({
      files: { "default/1/a.ts": every("0 11 * * *"), "default/1/b.ts": every("* * * * *") },
    });
    await it.scheduler.takeOver();
    await it.live(5);
    it.clock.set(3_600_000);
    await it.live(30);
    expect(it.fired).toEqual(["11:31:00 default/1/b.ts"]);
    expect(it.warnings).toEqual(["The clock was set: schedules follow the new time"]);
    expect(it.scheduler.table.get("default/1/a.ts")?.dueMs).toBe(Date.parse("2026-01-16T11:00:00Z"));
  });

  test("follows a clock that was set back", async () => {
    await using it = await rig({ files: { "default/1/a.ts": every("0 10 * * *") } });
    await it.scheduler.takeOver();
    await it.live(5);
    it.clock.set(Date.parse("2026-01-15T09:59:55Z") - it.clock.now().getTime());
    await it.live(30);
    expect(it.fired).toEqual(["10:00:00 default/1/a.ts"]);
  });

  test("that is written counts from then on", async () => {
    await using it = await rig();
    await it.scheduler.takeOver();
    await it.save({ "default/1/a.ts": every("* * * * *") });
    it.scheduler.apply({ kind: "written", file: "default/1/a.ts", origin: "api" });
    await it.live(40);
    expect(it.fired).toEqual(["10:31:00 default/1/a.ts"]);
    await it.save({ "default/1/a.ts": "return 1" });
    it.scheduler.apply({ kind: "written", file: "default/1/a.ts", origin: "disk" });
    await it.live(60);
    expect(it.fired).toHaveLength(1);
  });

  test("whose script is written again with another limit fires when it would have", async () => {
    await using it = await rig({ files: { "default/1/a.ts": every("* * * * *") } });
    await it.scheduler.takeOver();
    await it.live(29);
    it.clock.advance(1_000);
    await it.save({ "default/1/a.ts": `// @schedule-timeout 5s\n${every("* * * * *")}` });
    it.scheduler.apply({ kind: "written", file: "default/1/a.ts", origin: "api" });
    await it.live(20);
    expect(it.fired).toEqual(["10:31:01 default/1/a.ts"]);
  });

  test("whose script is gone does not fire, also when it waits for its turn", async () => {
    await using it = await rig({
      files: { "default/1/a.ts": every("* * * * *"), "default/1/b.ts": every("* * * * *") },
      runningMax: 1,
      holds: true,
    });
    await it.scheduler.takeOver();
    await it.live(30);
    expect(it.fired).toHaveLength(1);
    const [[first, run]] = [...it.running] as unknown as [[string, { end: () => void }]];
    const other = first.endsWith("a.ts") ? "default/1/b.ts" : "default/1/a.ts";
    it.scheduler.apply({ kind: "removed", file: other, origin: "api" });
    run.end();
    await it.settle();
    expect(it.fired).toHaveLength(1);
  });

  test("is read again after a reset", async () => {
    await using it = await rig({ files: { "default/1/a.ts": every("* * * * *") } });
    await it.scheduler.takeOver();
    await it.save({ "default/1/a.ts": "return 1", "default/1/b.ts": every("* * * * *") });
    it.clock.advance(120_000);
    await it.tick();
    it.scheduler.apply({ kind: "reset" });
    await until(
      () => [...it.scheduler.table.files()],
      ([file]) => file === "default/1/b.ts",
    );
    await it.live(30);
    expect(it.fired).toEqual(["10:32:30 default/1/a.ts", "10:33:00 default/1/b.ts"]);
  });
});

describe("a run", () => {
  const FILES = { "default/1/a.ts": every("* * * * *") };

  test("that has not ended makes the next fire skip", async () => {
    await using it = await rig({ files: FILES, holds: true });
    await it.scheduler.takeOver();
    await it.live(90);
    expect(it.fired).toEqual(["10:31:00 default/1/a.ts"]);
    expect(it.scheduler.totals).toEqual({ fires: 2, errors: 0, active: 1, wrapperActive: 1 });
    it.running.get("default/1/a.ts")?.end();
    await it.settle();
    await it.live(60);
    expect(it.fired).toHaveLength(2);
    const found = (await it.records()).map(({ ts, status, durationMs }) => [
      ts.slice(11, 19),
      status,
      durationMs,
    ]);
    expect(found).toEqual([
      ["10:31:00", "ok", 60_000],
      ["10:32:00", "skipped_overload", 0],
    ]);
  });

  test("whose time is over gives its slot back while its code goes on", async () => {
    await using it = await rig({ files: FILES, holds: true });
    await it.scheduler.takeOver();
    await it.live(30);
    const first = it.running.get("default/1/a.ts");
    first?.end({ kind: "timedOut", message: "late" });
    await it.settle();
    expect(it.scheduler.totals).toEqual({ fires: 1, errors: 1, active: 1, wrapperActive: 0 });
    await it.live(60);
    expect(it.fired).toHaveLength(2);
    expect(it.scheduler.totals).toEqual({ fires: 2, errors: 1, active: 2, wrapperActive: 1 });
    first?.endCode();
    await it.settle();
    expect(it.scheduler.totals.active).toBe(1);
  });

  test.each<[InvocationOutcome, string, number]>([
    [OK, "ok", 0],
    [{ kind: "failed", message: "m" }, "error", 1],
    [{ kind: "timedOut", message: "m" }, "timeout", 1],
    [{ kind: "refused", reason: "notLoaded", message: "m" }, "load_error", 1],
    [{ kind: "refused", reason: "disabled", message: "m" }, "disabled", 0],
    [{ kind: "refused", reason: "incompatible", message: "m" }, "incompatible", 0],
    [{ kind: "refused", reason: "busy", message: "m" }, "skipped_overload", 0],
  ])("%j is kept as %s and counts %d errors", async (outcome, status, errors) => {
    await using it = await rig({ files: FILES, holds: true });
    await it.scheduler.takeOver();
    await it.live(30);
    it.running.get("default/1/a.ts")?.end(outcome);
    await it.settle();
    expect(it.scheduler.totals).toMatchObject({ fires: 1, errors });
    expect(it.scheduler.table.lastFireOf("default/1/a.ts")).toMatchObject({ status });
  });

  test("that the end of the server cuts short is in the history", async () => {
    const it = await rig({ files: FILES, holds: true });
    await using storage = it.storage;
    await it.scheduler.takeOver();
    await it.live(30);
    await it.scheduler[Symbol.asyncDispose]();
    expect(storage.path).toBeString();
    expect(await it.records()).toMatchObject([
      { status: "error", error: "The server stopped before the run had ended" },
    ]);
  });

  test("of ten thousand that are due at once waits for its turn", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, at) => [`default/1/s${at}.ts`, every("* * * * *")]),
    );
    await using it = await rig({ files, holds: true, runningMax: 10 });
    await it.scheduler.takeOver();
    await it.live(30);
    expect(it.running.size).toBe(10);
    expect(it.fired).toHaveLength(10);
    while (it.running.size > 0) {
      expect(it.running.size).toBeLessThanOrEqual(10);
      for (const run of [...it.running.values()]) run.end();
      await it.settle();
    }
    expect(new Set(it.fired).size).toBe(1_000);
  });

  test("that still waits when it is due again is skipped once more", async () => {
    const files = { "default/1/a.ts": every("* * * * *"), "default/1/b.ts": every("* * * * *") };
    await using it = await rig({ files, holds: true, runningMax: 1 });
    await it.scheduler.takeOver();
    await it.live(90);
    expect(it.fired).toHaveLength(1);
    // The one that runs waits for a turn of its own, the one that waited is skipped.
    expect((await it.records()).map(({ status }) => status)).toEqual(["skipped_overload"]);
  });
});

describe("over a restart", () => {
  const FILES = { "default/1/a.ts": every("* * * * *"), "default/1/b.ts": every("* * * * *") };

  test("nothing that came due meanwhile is lost or fires twice", async () => {
    await using storage = await tempDir();
    const clock = new FakeClock("2026-01-15T10:30:30.000Z");
    const old = await rig({ files: FILES, clock, storage });
    await old.scheduler.takeOver();
    await old.live(31);
    expect(old.fired).toHaveLength(2);
    const { promise: owner, resolve } = Promise.withResolvers<void>();
    await using fresh = await rig({ clock, storage, isSuccessor: true, owner });
    await fresh.scheduler.ready();
    await old.scheduler.pause();
    await old.live(65);
    await fresh.live(1);
    await old.scheduler[Symbol.asyncDispose]();
    expect([old.fired.length, fresh.fired.length]).toEqual([2, 0]);
    resolve();
    await fresh.scheduler.takeOver();
    await fresh.live(20);
    expect(fresh.fired).toEqual(["10:32:08 default/1/a.ts", "10:32:08 default/1/b.ts"]);
  });

  test("what had been due and waited for its turn is begun by the next server", async () => {
    await using storage = await tempDir();
    const clock = new FakeClock("2026-01-15T10:30:30.000Z");
    const old = await rig({ files: FILES, clock, storage, runningMax: 1, holds: true });
    await old.scheduler.takeOver();
    await old.live(30);
    await old.scheduler.pause();
    for (const run of old.running.values()) run.end();
    await old.settle();
    await old.scheduler[Symbol.asyncDispose]();
    await using fresh = await rig({ clock, storage, isSuccessor: true });
    await fresh.scheduler.takeOver();
    await fresh.live(5);
    const all = [...old.fired, ...fresh.fired].map((line) => line.slice(9));
    expect(all.toSorted()).toEqual(["default/1/a.ts", "default/1/b.ts"]);
    // Should that one die now, the next one must not begin it again.
    await using last = await rig({ clock, storage, isSuccessor: true });
    await last.scheduler.takeOver();
    await last.live(5);
    expect(last.fired).toEqual([]);
  });

  test.each([0, 1, 2, 3])(
    "what came due %d turns before the old server stopped fires once",
    async (turns) => {
      await using storage = await tempDir();
      const clock = new FakeClock("2026-01-15T10:30:30.000Z");
      const old = await rig({ files: FILES, clock, storage });
      await old.scheduler.takeOver();
      await old.live(29);
      clock.advance(1_000);
      const ticking = old.scheduler.tick();
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      await old.scheduler.pause();
      await ticking;
      await old.scheduler[Symbol.asyncDispose]();
      await using fresh = await rig({ clock, storage, isSuccessor: true });
      await fresh.scheduler.takeOver();
      await fresh.live(2);
      const all = [...old.fired, ...fresh.fired].map((line) => line.slice(9));
      expect(all.toSorted()).toEqual(["default/1/a.ts", "default/1/b.ts"]);
    },
  );

  test("after a crash nothing that had begun is begun again, and what came due meanwhile fires", async () => {
    await using storage = await tempDir();
    const clock = new FakeClock("2026-01-15T10:30:30.000Z");
    const dead = await rig({ files: FILES, clock, storage });
    await dead.scheduler.takeOver();
    await dead.live(30);
    expect(dead.fired).toHaveLength(2);
    await using quick = await rig({ clock, storage, isSuccessor: true });
    await quick.scheduler.takeOver();
    await quick.live(10);
    expect(quick.fired).toEqual([]);
    clock.advance(60_000);
    await using late = await rig({ clock, storage, isSuccessor: true });
    await late.scheduler.takeOver();
    await late.live(1);
    expect(late.fired).toHaveLength(2);
  });

  test("of the whole program nothing is made up", async () => {
    await using storage = await tempDir();
    const clock = new FakeClock("2026-01-15T10:30:30.000Z");
    const old = await rig({ files: FILES, clock, storage });
    await old.scheduler.takeOver();
    await old.live(1);
    await old.scheduler[Symbol.asyncDispose]();
    clock.advance(300_000);
    await using fresh = await rig({ clock, storage });
    await fresh.scheduler.takeOver();
    await fresh.live(20);
    expect(fresh.fired).toEqual([]);
  });

  test("a note that cannot be read, or is old, makes nothing up", async () => {
    for (const text of ["", "{", '{"untilMs":"x"}', '{"untilMs":0,"waiting":["default/1/a.ts"]}', "[]"]) {
      await using it = await rig({ files: FILES, isSuccessor: true });
      await it.storage.write({ "data/handled.json": text });
      await it.scheduler.takeOver();
      await it.live(5);
      expect(it.fired).toEqual([]);
    }
  });

  test("the note is written before anything fires", async () => {
    await using it = await rig({ files: FILES, holds: true });
    await it.scheduler.takeOver();
    await it.live(30);
    const note = JSON.parse(await readFile(join(it.storage.path, "data/handled.json"), "utf8"));
    expect(note).toEqual({ untilMs: Date.parse("2026-01-15T10:31:00Z"), waiting: [] });
  });
});
