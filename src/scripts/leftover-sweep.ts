import type { Dirent } from "node:fs";
import { lstat, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { isTemporaryName } from "../base/atomic-write.ts";
import { codeOf } from "../base/system-error.ts";
import { untilAborted, waitUnlessAborted } from "../base/wait.ts";

/** Wait in ms after the start, so that the sweep never competes with the first requests. */
const DELAY_MS = 2_000;

/**
 * A temporary file that nobody has touched for so long, in ms, has no writer any more: writing one takes a moment.
 *
 * Another server may run beside this one, as the old one does during a restart. Should a disk have stalled one of its
 * writes for longer, that write fails as a whole and the old content stays.
 */
const ABANDONED_MS = 60_000;

/** Young leftovers that are looked at a second time; beyond that they wait for the next start. */
const YOUNG_MAX = 10_000;

/** Directories that are written by others, often large: no leftover of ours lies there. */
const NOT_ENTERED: ReadonlySet<string> = new Set(["node_modules", ".git"]);

/** Collaborators of a {@link LeftoverSweep}. */
export interface LeftoverSweepOptions {
  /** Absolute scripts root. */
  readonly root: string;
  readonly log: Pick<Logger, "info" | "warn">;
  readonly delayMs?: number;
  readonly abandonedMs?: number;
}

/**
 * Removes the temporary files that a crash has left between the user's, once after the start.
 *
 * They are never listed, served or watched; removing them only gives their space back. Those that are still young
 * are looked at again when they would be old.
 */
export class LeftoverSweep {
  readonly name = "leftover-sweep";
  readonly critical = false;
  readonly #options: Required<LeftoverSweepOptions>;

  constructor(options: LeftoverSweepOptions) {
    this.#options = { delayMs: DELAY_MS, abandonedMs: ABANDONED_MS, ...options };
  }

  /** Sweeps, then waits for the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { delayMs, abandonedMs } = this.#options;
    await waitUnlessAborted(delayMs, signal);
    const young = await this.#sweep(signal);
    if (young.length > 0) {
      await waitUnlessAborted(abandonedMs, signal);
      await this.#removeAbandoned(young, signal);
    }
    await untilAborted(signal);
  }

  /** @returns Leftovers that may still have a writer. */
  async #sweep(signal: AbortSignal): Promise<readonly string[]> {
    const young: string[] = [];
    const waiting = [""];
    for (let at = waiting.pop(); at !== undefined && !signal.aborted; at = waiting.pop()) {
      const found: string[] = [];
      for (const entry of await entriesIn(join(this.#options.root, at))) {
        if (entry.isDirectory() && !NOT_ENTERED.has(entry.name)) waiting.push(join(at, entry.name));
        else if (entry.isFile() && isTemporaryName(entry.name)) found.push(join(at, entry.name));
      }
      const kept = await this.#removeAbandoned(found, signal);
      young.push(...kept.slice(0, YOUNG_MAX - young.length));
    }
    return young;
  }

  /** @returns Those that are too young to be removed. */
  async #removeAbandoned(leftovers: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    const { root, log, abandonedMs } = this.#options;
    const young: string[] = [];
    for (const leftover of leftovers) {
      if (signal.aborted) break;
      try {
        const { mtimeMs } = await lstat(join(root, leftover));
        if (Date.now() - mtimeMs < abandonedMs) {
          young.push(leftover);
          continue;
        }
        await unlink(join(root, leftover));
        log.info({ file: leftover }, "Removed a temporary file that a crash had left");
      } catch (error) {
        if (codeOf(error) === "ENOENT") continue; // Its writer came to its end.
        log.warn({ err: error }, "Cannot remove a temporary file that a crash has left");
      }
    }
    return young;
  }
}

/** Nothing for a directory that went away, or is closed to us. */
function entriesIn(path: string): Promise<Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch(() => []);
}
