import type { Logger } from "pino";
import { waitUnlessAborted } from "../base/wait.ts";
import type { Supervised } from "./supervised.ts";

/** First wait before something that failed is started again, in milliseconds; it doubles up to the longest. */
const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_LONGEST_MS = 30_000;

/** Starts what runs by itself, starts it again when it fails, and stops it in the end. */
export class Supervisor implements AsyncDisposable {
  readonly #log: Pick<Logger, "error">;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];

  constructor({ log }: { readonly log: Pick<Logger, "error"> }) {
    this.#log = log;
  }

  /** Starts a task; its set-up is done when this returns. */
  start(task: Supervised): void {
    this.#running.push(this.#keepRunning(task));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #keepRunning(task: Supervised): Promise<void> {
    const { signal } = this.#stop;
    for (let waitMs = BACKOFF_FIRST_MS; ; waitMs = Math.min(waitMs * 2, BACKOFF_LONGEST_MS)) {
      try {
        await task.run(signal);
        if (signal.aborted) return;
        this.#log.error({ task: task.name }, "A task ended by itself");
      } catch (error) {
        this.#log.error({ task: task.name, err: error }, "A task failed");
      }
      await waitUnlessAborted(waitMs, signal);
      if (signal.aborted) return;
    }
  }
}
