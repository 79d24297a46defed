import type { Clock } from "../base/clock.ts";
import type { ScriptMetrics } from "../metrics/script-metrics.ts";
import type { Execution } from "./execution.ts";
import { keepOpen, mayIdle } from "./idle.ts";
import type { RunningMark } from "./running-mark.ts";

/** An execution that has not finished. */
export interface RunningExecution {
  readonly execution: Execution;
  readonly startedAt: Date;
  /** Ends it; calling it again does nothing. To be called before its answer is complete. */
  leave(): void;
}

/** How often long limits are looked at, in milliseconds; shorter ones have a timer of their own. */
const SWEEP_MS = 1_000;

interface Row extends RunningExecution {
  /** Monotonic milliseconds; Infinity for no limit. */
  readonly deadlineMs: number;
  readonly expire: () => void;
  /** Of the running mark, which names the script while it waits. */
  readonly markCell: number;
  timer: Timer | null;
  isKeptOpen: boolean;
}

/**
 * What runs now. Only executions that wait for something are here: a synchronous one is over before anybody could ask.
 */
export class ActiveExecutions implements Disposable {
  readonly #clock: Clock;
  readonly #mark: RunningMark;
  readonly #rows = new Set<Row>();
  /** Those that are over but for what is still sent, and when they began. */
  readonly #streaming = new Map<Execution, Date>();
  #sweeper: Timer | null = null;
  #whenEmpty: (() => void)[] = [];

  constructor(clock: Clock, mark: RunningMark) {
    this.#clock = clock;
    this.#mark = mark;
  }

  /** Executions that have not finished, or whose answer is still being sent. */
  get size(): number {
    return this.#rows.size + this.#streaming.size;
  }

  /** Executions that have not finished, by where their script is recorded. */
  countByScript(): ReadonlyMap<ScriptMetrics, number> {
    const counts = new Map<ScriptMetrics, number>();
    for (const { waitsIn } of [...this.#rows].map(({ execution }) => execution)) {
      if (waitsIn !== null) counts.set(waitsIn, (counts.get(waitsIn) ?? 0) + 1);
    }
    return counts;
  }

  /** The answer of an execution has been sent. */
  streamed(execution: Execution): void {
    this.#streaming.delete(execution);
  }

  /**
   * Adds an execution.
   *
   * @param limit.timeoutMs From when the request came in; 0 for none.
   * @param limit.expire Called once when the limit is over.
   */
  enter(
    execution: Execution,
    limit: { readonly timeoutMs: number; readonly expire: () => void },
  ): RunningExecution {
    const deadlineMs = limit.timeoutMs > 0 ? execution.startedMs + limit.timeoutMs : Number.POSITIVE_INFINITY;
    const row: Row = {
      execution,
      startedAt: this.#clock.now(),
      deadlineMs,
      expire: limit.expire,
      markCell: this.#mark.waits(execution.endpoint.unit.place),
      timer: null,
      isKeptOpen: false,
      leave: () => this.#leave(row),
    };
    this.#rows.add(row);
    execution.endpoint.unit.state.begin();
    const leftMs = deadlineMs - this.#clock.monotonicMs();
    if (leftMs <= SWEEP_MS) row.timer = setTimeout(limit.expire, Math.max(0, leftMs));
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS);
    return row;
  }

  /** Some of the scripts that run now. */
  scripts(countMax: number): string[] {
    const files = new Set<string>();
    for (const { execution } of this.#rows) {
      if (files.size >= countMax) break;
      files.add(execution.endpoint.match.file);
    }
    return [...files];
  }

  /** Those of {@link size}, oldest first. */
  list() {
    const rows = [...this.#rows].map(({ execution, startedAt }) => [execution, startedAt] as const);
    const all = [...this.#streaming, ...rows].sort(([one], [other]) => one.startedMs - other.startedMs);
    return all.map(([execution, startedAt]) => ({
      executionId: execution.id,
      scriptPath: execution.endpoint.match.routePattern,
      hostname: execution.endpoint.deployment.key,
      clientIp: execution.clientIp,
      method: execution.method,
      url: execution.pathAndQuery,
      startedAt,
    }));
  }

  /** Waits until nothing runs. */
  drained(): Promise<void> {
    if (this.#rows.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Answers that are still being sent, of executions that have finished. */
  get streams(): number {
    return this.#streaming.size;
  }

  /** Aborts everything that runs; {@link streams} end with their connections. @returns How many executions ran. */
  abortAll(reason: unknown): number {
    const count = this.#rows.size;
    for (const row of this.#rows) row.execution.abort(reason);
    return count;
  }

  [Symbol.dispose](): void {
    if (this.#sweeper) clearInterval(this.#sweeper);
    for (const row of this.#rows) if (row.timer) clearTimeout(row.timer);
    this.#rows.clear();
    this.#streaming.clear();
  }

  #leave(row: Row): void {
    if (!this.#rows.delete(row)) return;
    if (row.execution.isStreaming) this.#streaming.set(row.execution, row.startedAt);
    row.execution.endpoint.unit.state.end();
    this.#mark.settled(row.markCell);
    if (row.timer) clearTimeout(row.timer);
    if (row.isKeptOpen) mayIdle(row.execution.request, row.execution.server);
    if (this.#rows.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  /** Arms the timers of limits that come near, and tells the socket that a long answer is still to come. */
  #sweep(): void {
    if (this.#rows.size === 0 && this.#sweeper) {
      clearInterval(this.#sweeper);
      this.#sweeper = null;
      return;
    }
    const now = this.#clock.monotonicMs();
    for (const row of this.#rows) {
      const leftMs = row.deadlineMs - now;
      if (row.timer === null && leftMs <= 2 * SWEEP_MS)
        row.timer = setTimeout(row.expire, Math.max(0, leftMs));
      if (row.isKeptOpen) continue;
      row.isKeptOpen = true;
      keepOpen(row.execution.request, row.execution.server);
    }
  }
}
