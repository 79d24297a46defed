import { mkdirSync } from "node:fs";
import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import { Gate } from "../base/gate.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { reasonOfError } from "./install-reason.ts";
import type { ModulesDirectory } from "./modules-directory.ts";

/** What turns are given by. */
export interface InstallTurnsOptions {
  readonly modules: ModulesDirectory;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn">;
  /** Longest wait for another server, in milliseconds. */
  readonly timeoutMs: number;
  /** Installs that may wait for their turn. */
  readonly queueMax: number;
}

/** An install that has its turn. */
export interface Turn {
  /** When it began, in monotonic milliseconds. */
  readonly sinceMs: number;
  /** Of `node_modules`. */
  readonly lock: DirectoryLock;
  /** Is aborted when the server stops. */
  readonly signal: AbortSignal;
}

/** What came of a turn: what the work answered, or why there was none. */
export type TurnResult<T> =
  | { readonly kind: "done"; readonly result: T }
  | { readonly kind: "failed"; readonly reason: string };

const STOPPED = "the server is shutting down";
const OTHER_SERVER = "another server is still installing";

/** Lets one install at a time into `node_modules`, also when two servers have the same scripts root. */
export class InstallTurns implements AsyncDisposable {
  readonly #options: InstallTurnsOptions;
  readonly #gate: Gate;
  readonly #stop = new AbortController();
  readonly #pending = new Set<Promise<unknown>>();
  #refusedAtOnce = 0;

  constructor(options: InstallTurnsOptions) {
    this.#options = options;
    this.#gate = new Gate({ limit: 1, waitingMax: options.queueMax });
  }

  /** Installs refused because too many were waiting. */
  get refused(): number {
    return this.#gate.refused + this.#refusedAtOnce;
  }

  /** Whether one more would be refused now; it then counts as refused. */
  refuses(): boolean {
    if (!this.#gate.isFull) return false;
    this.#refusedAtOnce++;
    return true;
  }

  /**
   * Undoes what a server has left that did not live to see the end of its install. Where another server, or its package
   * manager, still works there, that is waited for by the next install, not here. Never rejects.
   */
  async recover(): Promise<void> {
    const { modules, log } = this.#options;
    if (!modules.hasBegun) return;
    try {
      using lock = DirectoryLock.tryTake(modules.path);
      if (lock !== null) await modules.recover(lock.isCertain);
      else void this.run(async () => undefined);
    } catch (error) {
      // The next install tries it again, and does nothing before.
      log.warn({ err: error }, "Cannot undo an install that was cut off");
    }
  }

  /** Waits for a turn, mends what another server has left, and does the work. Never rejects. */
  async run<T>(work: (turn: Turn) => Promise<T>): Promise<TurnResult<T>> {
    const run = this.#run(work);
    this.#pending.add(run);
    try {
      return await run;
    } finally {
      this.#pending.delete(run);
    }
  }

  /** Ends the install that runs, with its processes, and refuses those that wait and come. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#pending);
  }

  async #run<T>(work: (turn: Turn) => Promise<T>): Promise<TurnResult<T>> {
    const { modules, clock, log, timeoutMs, queueMax } = this.#options;
    const { signal } = this.#stop;
    const leave = signal.aborted ? null : await this.#gate.enter(signal);
    if (leave === null) {
      const full = `${queueMax} packages are waiting, the limit of --install-queue-max`;
      return { kind: "failed", reason: signal.aborted ? STOPPED : full };
    }
    try {
      mkdirSync(modules.path, { recursive: true });
      using lock = await DirectoryLock.take(modules.path, { timeoutMs, signal });
      if (lock === null) return { kind: "failed", reason: signal.aborted ? STOPPED : OTHER_SERVER };
      if (modules.hasBegun) await modules.recover(lock.isCertain);
      return { kind: "done", result: await work({ sinceMs: clock.monotonicMs(), lock, signal }) };
    } catch (error) {
      const reason = reasonOfError(error);
      log.warn({ reason, err: error }, "Package not installed");
      return { kind: "failed", reason };
    } finally {
      leave();
    }
  }
}
