import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import { Turns } from "../base/turns.ts";
import { untilAborted, waitUnlessAborted } from "../base/wait.ts";
import type { Invocation, Invoked } from "../engine/invoke.ts";
import type { ScriptChange } from "../scripts/changes.ts";
import type { Announcer } from "./announcer.ts";
import { DueLine } from "./due-line.ts";
import type { FireLog } from "./fire-log.ts";
import type { FireRecord } from "./fire-record.ts";
import { Fires, type FireTarget } from "./fires.ts";
import { type ReloadReport, ScheduleFollower } from "./follower.ts";
import type { Handled, HandledMark } from "./handled-mark.ts";
import { NextFire } from "./next-fire.ts";
import { type Schedule, ScheduleTable } from "./schedule-table.ts";
import { type CronTotals, noCronTotals } from "./totals.ts";

/** Wait in ms after the start, so that reading the scripts never competes with the first requests. */
const SCAN_DELAY_MS = 250;

/** Longest wait between two looks at the clock, in ms: it may be set meanwhile. */
const TICK_MAX_MS = 1_000;

const MINUTE_MS = 60_000;

/** A difference in ms between the wall clock and the other one that means that it was set. */
const JUMP_MS = 1_000;

/** What a server before this one has missed longer ago than this, in ms, is not made up. */
const MADE_UP_MAX_MS = 3_600_000;

/** Fires of the history that the list begins with. */
const REMEMBERED_MAX = 1_000;

/** Collaborators of a {@link Scheduler}. */
export interface SchedulerOptions {
  /** Absolute scripts root. */
  readonly root: string;
  /** Whether schedules are used at all. */
  readonly isOn: boolean;
  /** Scheduled runs at once. */
  readonly runningMax: number;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn" | "debug" | "info">;
  readonly announcer: Announcer;
  readonly history: FireLog;
  readonly mark: HandledMark;
  readonly invoke: (invocation: Invocation) => Invoked;
  /** Settles when no other server fires. */
  readonly owner: Promise<void>;
  /** Whether this server took the place of another, and goes on where that one stopped. */
  readonly isSuccessor: boolean;
}

/**
 * Fires the scripts with `@schedule`, in UTC, at most once for each time (script-runtime.md §14).
 *
 * One look at the clock each second and each full minute serves all of them. A fire that came due while the loop was
 * held up is late; one that came due while the clock was set, or no server ran, is missed. A server that takes the
 * place of another, by a restart or after a crash, goes on where that one stopped: {@link HandledMark}.
 */
export class Scheduler implements AsyncDisposable {
  readonly name = "schedule-runner";
  readonly critical = true;
  readonly totals: CronTotals = noCronTotals();
  readonly table = new ScheduleTable(new NextFire());
  readonly #options: SchedulerOptions;
  readonly #fires: Fires;
  readonly #line: DueLine<Schedule>;
  readonly #follower: ScheduleFollower;
  #ready: Promise<void> | null = null;
  #look: { readonly wallMs: number; readonly monotonicMs: number };
  /** Everything due then or before has been taken. */
  #handledMs: number;
  #markedMs = 0;
  #state: "waiting" | "firing" | "paused" = "waiting";

  constructor(options: SchedulerOptions) {
    const { root, clock, log, announcer, invoke, history } = options;
    const { table } = this;
    this.#options = options;
    this.#look = { wallMs: clock.now().getTime(), monotonicMs: clock.monotonicMs() };
    this.#handledMs = this.#look.wallMs;
    const keep = (record: FireRecord) => {
      table.noteFire(record);
      history.append(record);
    };
    this.#fires = new Fires({ clock, log, announcer, totals: this.totals, invoke, keep });
    this.#line = new DueLine({
      runningMax: options.runningMax,
      fire: (schedule) => this.#fires.fire(schedule, this.#pastDueMs(schedule)),
      skip: (schedule) =>
        this.#fires.skip(schedule, this.#pastDueMs(schedule), "The previous fire still waits for its turn"),
    });
    this.#follower = new ScheduleFollower({
      root,
      table,
      clock,
      log,
      onSet: (schedule) => announcer.registered(schedule),
      onRemoved: (file, reason) => {
        this.#line.drop(file);
        announcer.unregistered(file, reason);
      },
    });
  }

  get isOn(): boolean {
    return this.#options.isOn;
  }

  /** Whether it fires when asked to: not while the server stops. */
  get isPaused(): boolean {
    return this.#state === "paused";
  }

  /** Settles when every script on disk has been read once. */
  ready(): Promise<void> {
    if (!this.isOn) return Promise.resolve();
    this.#ready ??= this.#begin().catch((error) => {
      this.#ready = null; // The next one who asks tries again.
      throw error;
    });
    return this.#ready;
  }

  /** Fires until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    if (!this.isOn) return untilAborted(signal);
    await waitUnlessAborted(SCAN_DELAY_MS, signal);
    await Promise.race([Promise.all([this.ready(), this.#options.owner]), untilAborted(signal)]);
    if (!signal.aborted && this.#state === "waiting") await this.takeOver();
    while (!signal.aborted) {
      await this.tick();
      const leftMs = MINUTE_MS - (this.#options.clock.now().getTime() % MINUTE_MS);
      await waitUnlessAborted(Math.min(TICK_MAX_MS, leftMs), signal);
    }
  }

  /** Becomes the one that fires. Schedules count from where the server before this one stopped, or from the start. */
  async takeOver(): Promise<void> {
    await this.ready();
    const waiting = await this.#resume();
    const older = this.table.list().filter(({ sinceMs }) => sinceMs < this.#handledMs);
    await this.#postpone(older, this.#handledMs);
    const untilMs = this.#handledMs;
    // Before the first of them begins: should this server die, the next one must not begin it again.
    if (waiting.length > 0) await this.#writeMark({ untilMs, waiting: [] });
    if (this.isPaused) return waiting.length > 0 ? this.#writeMark({ untilMs, waiting }) : undefined;
    this.#state = "firing";
    for (const file of waiting) this.#lineUp(this.table.get(file));
  }

  /** Looks at the clock once, and lets what is due begin. */
  async tick(): Promise<void> {
    if (this.#state !== "firing") return;
    const nowMs = await this.#readClock();
    if (this.isPaused) return;
    if (minuteOf(nowMs) !== minuteOf(this.#markedMs) && this.table.size > 0) {
      await this.#writeMark({ untilMs: nowMs, waiting: [] });
      this.#markedMs = nowMs;
      if (this.isPaused) return;
    }
    const due = this.table.takeDue(nowMs);
    this.#handledMs = nowMs;
    for (const schedule of due) this.#lineUp(schedule);
    await this.#postpone(due, nowMs);
  }

  /** Follows a change of the scripts; what it says holds when this returns. */
  apply(change: ScriptChange): void {
    if (this.isOn) this.#follower.apply(change);
  }

  /** Reads all scripts again; see {@link ScheduleFollower.reload}. */
  async reload(options: { readonly isDry: boolean }): Promise<ReloadReport> {
    await this.ready();
    return this.#follower.reload(options);
  }

  /** Fires a script now, whenever it would be due. Never rejects. */
  fire(target: FireTarget): Promise<FireRecord> {
    return this.#fires.fire(target, null);
  }

  /**
   * Fires no more, and notes how far it has come for the server after this one. Runs that have begun go on.
   *
   * To be called before a server begins to stop.
   */
  async pause(): Promise<void> {
    const wasFiring = this.#state === "firing";
    this.#state = "paused";
    const waiting = this.#line.close();
    if (wasFiring) await this.#writeMark({ untilMs: this.#handledMs, waiting });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isPaused) await this.pause();
    this.#fires.cutShort();
    await this.#options.history.flushed();
  }

  async #begin(): Promise<void> {
    await this.#resume();
    await this.#follower.begin(() => this.#handledMs);
    const { entries } = await this.#options.history.query({
      scriptPaths: null,
      since: null,
      limit: REMEMBERED_MAX,
      includeRotated: false,
    });
    // What has fired meanwhile is younger than all of them.
    for (const record of entries) {
      if (this.table.lastFireOf(record.scriptPath) === null) this.table.noteFire(record);
    }
  }

  /** Goes on where the server before this one has stopped. @returns Scripts whose fire that one has left. */
  async #resume(): Promise<readonly string[]> {
    if (!this.#options.isSuccessor) return [];
    const handled = await this.#options.mark.read();
    const nowMs = this.#options.clock.now().getTime();
    if (handled === null || handled.untilMs < nowMs - MADE_UP_MAX_MS) return [];
    this.#handledMs = Math.min(handled.untilMs, nowMs);
    return handled.waiting;
  }

  /** @returns Now, in ms since the epoch. When the clock was set, everything is due by the new time from then on. */
  async #readClock(): Promise<number> {
    const { clock, log } = this.#options;
    const before = this.#look;
    const look = { wallMs: clock.now().getTime(), monotonicMs: clock.monotonicMs() };
    this.#look = look;
    const passedMs = look.monotonicMs - before.monotonicMs;
    const jumpMs = look.wallMs - before.wallMs - passedMs;
    if (Math.abs(jumpMs) < JUMP_MS) return look.wallMs;
    log.warn({ jumpMs: Math.round(jumpMs) }, "The clock was set: schedules follow the new time");
    this.#markedMs = 0;
    // As if the new time had been there since the last look.
    await this.#postpone(this.table.list(), look.wallMs - passedMs);
    return look.wallMs;
  }

  async #postpone(schedules: readonly Schedule[], afterMs: number): Promise<void> {
    const turns = new Turns();
    for (const schedule of schedules) {
      this.table.postpone(schedule, afterMs);
      await turns.next();
    }
  }

  /** Of one that waited over a restart, only the next time is known. */
  #pastDueMs({ dueMs }: Schedule): number | null {
    return dueMs <= this.#options.clock.now().getTime() ? dueMs : null;
  }

  #lineUp(schedule: Schedule | undefined): void {
    if (schedule !== undefined) this.#line.add(schedule);
  }

  async #writeMark(handled: Handled): Promise<void> {
    try {
      await this.#options.mark.write(handled);
    } catch (error) {
      this.#options.log.warn(
        { err: error },
        "Cannot note which schedules have fired: a restart may miss some",
      );
    }
  }
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}
