import { dirname } from "node:path";
import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import { absentAsNull } from "../base/system-error.ts";
import { untilAborted, waitUnlessAborted } from "../base/wait.ts";
import { parseDirectives } from "../directives/parse.ts";
import { DIRECTIVES } from "../directives/table.ts";
import type { LogFile } from "./directory.ts";
import type { LogFiles } from "./files.ts";
import { readBytes } from "./lines.ts";
import { deploymentOf, stampOf, withoutStamp } from "./names.ts";

const DAY_MS = 86_400_000;

/** Wait in milliseconds after the start, so that old logs never compete with the first requests. */
const DELAY_MS = 60_000;

const INTERVAL_MS = 3_600_000;

/** Scripts read without a pause. */
const READS_AT_ONCE = 50;

/** Collaborators of a {@link LogRotator}. */
export interface LogRotatorOptions {
  readonly files: LogFiles;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info" | "warn">;
  readonly filesKept: number;
  /** The scripts below a directory of the scripts root, `default/1`. */
  readonly scriptsOf: (directory: string) => readonly string[];
  /** The source of a script; null for one that is gone. */
  readonly sourceOf: (file: string) => string | null;
  /** Settles when no other process does the same. */
  readonly owner: Promise<void>;
}

/**
 * Keeps the logs of the deployments for as long as their scripts ask (`@log-retention-days`).
 *
 * A file is set aside when its first line is older than the share of that time which falls to one of the files kept, so
 * that old lines go in portions. Scripts of one deployment share its files: the longest time among them holds. Files of
 * a deployment whose scripts are gone are kept for the usual time.
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
    const days = await this.#daysByLog(new Set(logs.map(({ file }) => withoutStamp(file))));
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

  /** The longest time, in days, that a script of the deployment behind each log asks for. */
  async #daysByLog(wanted: ReadonlySet<string>): Promise<Map<string, number>> {
    const days = new Map<string, number>();
    let reads = 0;
    for (const file of wanted) {
      for (const script of this.#scriptsBehind(file)) {
        if (++reads % READS_AT_ONCE === 0) await Bun.sleep(0);
        const asked = this.#daysOf(script);
        if (asked !== null) days.set(file, Math.max(asked, days.get(file) ?? 0));
      }
    }
    return days;
  }

  /** Those of its deployment, and those that several deployments share (script-runtime.md §3). */
  #scriptsBehind(file: string): readonly string[] {
    const deployment = deploymentOf(file);
    if (deployment === null) return [];
    const { subdomain, execId } = deployment;
    const { scriptsOf } = this.#options;
    // What lies deeper in a shared directory belongs to a deployment of that name.
    const shared = [subdomain, execId].flatMap((directory) =>
      scriptsOf(directory).filter((script) => dirname(script) === directory),
    );
    return [...scriptsOf(`${subdomain}/${execId}`), ...shared];
  }

  /** null for a script that keeps no log. */
  #daysOf(script: string): number | null {
    const source = this.#options.sourceOf(script);
    if (source === null) return null;
    const { effective } = parseDirectives(source);
    return effective["log-level"] === "none" ? null : effective["log-retention-days"];
  }
}
