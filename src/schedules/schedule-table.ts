import type { Deployment } from "../scripts/deployment.ts";
import { FireQueue } from "./fire-queue.ts";
import type { FireRecord } from "./fire-record.ts";
import type { NextFire } from "./next-fire.ts";
import { placeOf, type ScheduleReading } from "./reading.ts";

/** A script that runs by itself. */
export interface Schedule {
  /** Relative to the scripts root. */
  readonly file: string;
  readonly deployment: Deployment;
  readonly execId: string | null;
  readonly baseDir: string;
  readonly expression: string;
  /** 0 for no limit. */
  readonly timeoutMs: number;
  readonly registeredAt: Date;
  /** The moment from which it counts, in ms since the epoch: nothing before it is made up. */
  readonly sinceMs: number;
  /** When it is due; Infinity for never. */
  readonly dueMs: number;
}

/** What became of a script's schedule. */
export type ScheduleAction = "registered" | "updated" | "unregistered" | "none" | "failed";

type Scheduled = ScheduleReading & { readonly kind: "scheduled" };

/** Every schedule by its script, and the order in which they are due. */
export class ScheduleTable {
  readonly #nextFire: NextFire;
  readonly #schedules = new Map<string, Schedule>();
  /** How many schedules lie below each directory: most paths that go away hold none. */
  readonly #below = new Map<string, number>();
  readonly #queue = new FireQueue<Schedule>();
  /** How each script's last fire ended. */
  readonly #lastFires = new Map<string, FireRecord>();

  constructor(nextFire: NextFire) {
    this.#nextFire = nextFire;
  }

  get size(): number {
    return this.#schedules.size;
  }

  /** When the earliest is due; Infinity for never. */
  get earliestMs(): number {
    return this.#queue.peek()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  get(file: string): Schedule | undefined {
    return this.#schedules.get(file);
  }

  /** By file. */
  list(): readonly Schedule[] {
    return [...this.#schedules.values()].sort((one, other) => (one.file < other.file ? -1 : 1));
  }

  files(): IterableIterator<string> {
    return this.#schedules.keys();
  }

  lastFireOf(file: string): FireRecord | null {
    return this.#lastFires.get(file) ?? null;
  }

  noteFire(record: FireRecord): void {
    if (this.#schedules.has(record.scriptPath)) this.#lastFires.set(record.scriptPath, record);
  }

  /**
   * Takes a schedule up, or replaces it by its new version.
   *
   * @param times.at When it was registered. @param times.sinceMs The moment from which it counts.
   * @returns What it is now; null when it was so already.
   */
  set(
    file: string,
    { expression, timeoutMs }: Scheduled,
    times: { readonly at: Date; readonly sinceMs: number },
  ): Schedule | null {
    const known = this.#schedules.get(file);
    if (known?.expression === expression && known.timeoutMs === timeoutMs) return null;
    // With another time limit it is due when it was due before, unless that one has just been taken.
    const isSameTime = known?.expression === expression && this.#queue.has(known);
    const sinceMs = isSameTime ? known.sinceMs : times.sinceMs;
    const dueMs = isSameTime ? known.dueMs : this.#dueAfter(expression, sinceMs);
    if (known === undefined) this.#count(file, 1);
    const place = placeOf(file);
    const schedule = { file, ...place, expression, timeoutMs, registeredAt: times.at, sinceMs, dueMs };
    this.#put(known, schedule);
    return schedule;
  }

  /** @returns Whether it was there. */
  remove(file: string): boolean {
    const known = this.#schedules.get(file);
    if (known === undefined) return false;
    this.#schedules.delete(file);
    this.#queue.remove(known);
    this.#lastFires.delete(file);
    this.#count(file, -1);
    return true;
  }

  /** Removes the schedule of a path that is gone, or those below it: the disk does not say whether it was a directory. */
  removeBelow(path: string): readonly string[] {
    if (this.remove(path)) return [path];
    if (!this.#below.has(path)) return [];
    const files = [...this.#schedules.keys()].filter((file) => file.startsWith(`${path}/`));
    for (const file of files) this.remove(file);
    return files;
  }

  /** Takes what is due out of the queue; {@link postpone} puts it back. */
  takeDue(nowMs: number): readonly Schedule[] {
    const due: Schedule[] = [];
    for (let first = this.#queue.peek(); first !== undefined; first = this.#queue.peek()) {
      if (first.dueMs > nowMs) break;
      due.push(first);
      this.#queue.remove(first);
    }
    return due;
  }

  /** Computes when a schedule is due after a moment; not of one that has been replaced meanwhile. */
  postpone(schedule: Schedule, afterMs: number): void {
    if (this.#schedules.get(schedule.file) !== schedule) return;
    this.#put(schedule, { ...schedule, dueMs: this.#dueAfter(schedule.expression, afterMs) });
  }

  #put(known: Schedule | undefined, schedule: Schedule): void {
    if (known !== undefined) this.#queue.remove(known);
    this.#schedules.set(schedule.file, schedule);
    if (Number.isFinite(schedule.dueMs)) this.#queue.add(schedule);
  }

  #dueAfter(expression: string, afterMs: number): number {
    return this.#nextFire.after(expression, afterMs) ?? Number.POSITIVE_INFINITY;
  }

  #count(file: string, change: 1 | -1): void {
    for (let at = file.lastIndexOf("/"); at > 0; at = file.lastIndexOf("/", at - 1)) {
      const directory = file.slice(0, at);
      const count = (this.#below.get(directory) ?? 0) + change;
      if (count === 0) this.#below.delete(directory);
      else this.#below.set(directory, count);
    }
  }
}
