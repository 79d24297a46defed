import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import { absentAsNull } from "../base/system-error.ts";
import { untilAborted, waitUnlessAborted } from "../base/wait.ts";
import { DIRECTIVES } from "../directives/table.ts";
import type { LogFile } from "./directory.ts";
import type { LogFiles } from "./files.ts";
import { readBytes } from "./lines.ts";
import { stampOf, withoutStamp } from "./names.ts";
import { keptDaysByLog, type RetentionSources } from "./retention.ts";

const DAY_MS = 86_400_000;

/** Wait in milliseconds after the start, so that old logs never compete with the first requests. */
const DELAY_MS = 60_000;

const INTERVAL_MS = 3_600_000;

/** Collaborators of a {@link LogRotator}. */
export interface LogRotatorOptions extends RetentionSources {
  readonly files: LogFiles;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info" | "warn">;
  readonly filesKept: number;
  /** Settles when no other process does the same. */
  readonly owner: Promise<void>;
}

/**
 * Keeps the logs of the deployments for as long as their scripts ask (`@log-retention-days`).
 *
 * A file is set aside when its first line is older than the share of that time which falls to one of the files kept, so
 * that old lines go in portions. Scripts that write to one file share it: the longest time among them holds. Files whose
 * scripts are gone are kept for the usual time.
 */
export class LogRotator {
  readonly name = "log_rotator";
  readonly critical = false;
  readonly #options: LogRotatorOptions;

  constructor(options: LogRotatorOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.race([this.#options.owner, untilAborted(signal)]);
    await waitUnlessAborted(DELAY_MS, signal);
    while (!signal.aborted) {
      await this.sweep(signal);
      await waitUnlessAborted(INTERVAL_MS, signal);
    }
  }

  /** Looks at every file once. @throws When the disk does not list or remove files. */
  async sweep(signal?: AbortSignal): Promise<void> {
    const { files, clock, log, filesKept } = this.#options;
    const logs = (await files.directory.list()).filter(({ type }) => type === "access");
    if (logs.length === 0) return;
    const nowMs = clock.now().getTime();
    const days = await keptDaysByLog(new Set(logs.map(({ file }) => withoutStamp(file))), this.#options);
    for (const each of logs) {
      if (signal?.aborted) return;
      const keptDays = days.get(withoutStamp(each.file)) ?? DIRECTIVES["log-retention-days"].defaults.runtime;
      if (nowMs - each.modified.getTime() >= keptDays * DAY_MS) {
        await files.directory.remove(each.file);
        log.info({ file: each.file, keptDays }, "Removed an old log file");
      } else if (stampOf(each.file) === null) {
        const ageMs = nowMs - (await this.#beginOf(each));
        const isDue = ageMs >= Math.max(1, keptDays / filesKept) * DAY_MS;
        // Somebody may have removed it meanwhile.
        if (isDue) await files.setAside(each.file).catch(absentAsNull);
      }
    }
  }

  /** When the first line of a log was written, in milliseconds since the epoch; when the last was, if it does not say. */
  async #beginOf({ file, modified }: LogFile): Promise<number> {
    const opened = await this.#options.files.directory.open(file).catch(() => null);
    if (opened === null) return modified.getTime();
    const { handle } = opened;
    try {
      const head = (await readBytes(handle, 0, 64)).toString("latin1");
      const begin = Date.parse(/^\{"time":"([^"]+)"/.exec(head)?.[1] ?? "");
      return Number.isNaN(begin) ? modified.getTime() : begin;
    } finally {
      await handle.close();
    }
  }
}
