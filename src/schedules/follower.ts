import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import { Turns } from "../base/turns.ts";
import type { ScriptChange } from "../scripts/changes.ts";
import { isRouteFile } from "../scripts/exclude.ts";
import type { UnregisterReason } from "./announcer.ts";
import type { ScheduleReading } from "./reading.ts";
import { readScheduleOf, scanSchedules } from "./scan.ts";
import type { Schedule, ScheduleTable } from "./schedule-table.ts";

/** Collaborators of a {@link ScheduleFollower}. */
export interface ScheduleFollowerOptions {
  /** Absolute scripts root. */
  readonly root: string;
  readonly table: ScheduleTable;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn">;
  /** Is told of scripts that are scheduled now, or otherwise than before. */
  readonly onSet: (schedule: Schedule) => void;
  /** Is told of scripts that are scheduled no more. */
  readonly onRemoved: (file: string, reason: UnregisterReason) => void;
}

/** What reading all scripts again has changed; files relative to the scripts root, sorted. */
export interface ReloadReport {
  readonly added: readonly string[];
  readonly kept: readonly string[];
  readonly removed: readonly string[];
  /** Scripts whose line cannot be used. */
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

/** Keeps the table of schedules in step with the scripts on disk. */
export class ScheduleFollower {
  readonly #options: ScheduleFollowerOptions;
  /** Paths that changed while scripts are being read; one set for each reading. */
  readonly #readings = new Set<Set<string>>();
  /** Scripts that were scheduled at the start or the last reload, and those that the control API registered since. */
  #known = new Set<string>();
  #first: Promise<void> | null = null;

  constructor(options: ScheduleFollowerOptions) {
    this.#options = options;
  }

  /**
   * Reads every script once.
   *
   * @param sinceMs The moment from which schedules count, in ms since the epoch.
   */
  begin(sinceMs: () => number): Promise<void> {
    this.#first = this.#readAll(sinceMs).then((found) => {
      for (const file of scheduledIn(found)) this.#known.add(file);
    });
    return this.#first;
  }

  /** Follows a change; what it says holds when this returns, but for a reset, which takes a while. */
  apply(change: ScriptChange): void {
    if (change.kind === "reset") {
      // What has not been read yet will be read as it is then.
      void this.#first?.then(() => this.#readAll(() => this.#nowMs())).catch((error) => this.#warn(error));
      return;
    }
    const { kind, file, origin } = change;
    for (const touched of this.#readings) touched.add(file);
    if (kind === "removed") {
      for (const each of this.#options.table.removeBelow(file)) this.#options.onRemoved(each, "removed");
      if (origin === "api") this.#known.delete(file);
    } else if (isRouteFile(file)) {
      const reading = readScheduleOf(this.#options.root, file);
      this.#register(file, reading, this.#nowMs());
      if (origin === "api" && reading.kind === "scheduled") this.#known.add(file);
    }
  }

  /**
   * Reads all scripts again.
   *
   * @param options.isDry Changes nothing.
   * @returns What has changed since the start or the last reload, besides what the control API has registered: also
   *   what was edited on disk and has been followed at once.
   */
  async reload({ isDry }: { readonly isDry: boolean }): Promise<ReloadReport> {
    const found = isDry ? await this.#scan(new Turns()) : await this.#readAll(() => this.#nowMs());
    const now = new Set(isDry ? scheduledIn(found) : this.#options.table.files());
    const known = this.#known;
    if (!isDry) this.#known = new Set(now);
    return {
      added: [...now].filter((file) => !known.has(file)).sort(),
      kept: [...now].filter((file) => known.has(file)).sort(),
      removed: [...known].filter((file) => !now.has(file)).sort(),
      failed: [...found].flatMap(([path, reading]) =>
        reading.kind === "unusable" ? { path, reason: reading.reason } : [],
      ),
    };
  }

  /** Takes over what the disk says, but for what has changed since it was read: that has been followed already. */
  async #readAll(sinceMs: () => number): Promise<Map<string, ScheduleReading>> {
    const touched = new Set<string>();
    this.#readings.add(touched);
    try {
      const turns = new Turns();
      const found = await this.#scan(turns);
      for (const [file, reading] of found) {
        if (!isTouched(file, touched)) this.#register(file, reading, sinceMs());
        await turns.next();
      }
      for (const file of [...this.#options.table.files()]) {
        if (!found.has(file) && !isTouched(file, touched)) this.#unregister(file, "removed");
      }
      return found;
    } finally {
      this.#readings.delete(touched);
    }
  }

  #scan(turns: Turns): Promise<Map<string, ScheduleReading>> {
    return scanSchedules(this.#options.root, turns);
  }

  #register(file: string, reading: ScheduleReading, sinceMs: number): void {
    const { table, clock, log, onSet } = this.#options;
    if (reading.kind === "scheduled") {
      const schedule = table.set(file, reading, { at: clock.now(), sinceMs });
      if (schedule !== null) onSet(schedule);
      return;
    }
    this.#unregister(file, reading.kind === "unusable" ? "unusable" : "unscheduled");
    if (reading.kind === "unusable") {
      log.warn({ script: file, reason: reading.reason }, "A script has a @schedule that cannot be used");
    }
  }

  #unregister(file: string, reason: UnregisterReason): void {
    if (this.#options.table.remove(file)) this.#options.onRemoved(file, reason);
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime();
  }

  #warn(error: unknown): void {
    this.#options.log.warn({ err: error }, "Cannot read the schedules of the scripts again");
  }
}

function scheduledIn(found: ReadonlyMap<string, ScheduleReading>): readonly string[] {
  return [...found].flatMap(([file, { kind }]) => (kind === "scheduled" ? file : []));
}

/** Whether a file, or a directory above it, is among the paths that have changed. */
function isTouched(file: string, touched: ReadonlySet<string>): boolean {
  if (touched.size === 0) return false;
  if (touched.has(file)) return true;
  for (let at = file.lastIndexOf("/"); at > 0; at = file.lastIndexOf("/", at - 1)) {
    if (touched.has(file.slice(0, at))) return true;
  }
  return false;
}
