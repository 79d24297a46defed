import type { Clock } from "../base/clock.ts";

/** A package that could not be installed, and how long nobody tries again. */
interface Failure {
  readonly reason: string;
  /** Monotonic milliseconds. */
  readonly untilMs: number;
  readonly waitMs: number;
}

/** A failure is remembered so long at first, then twice as long each time, up to the longest; in milliseconds. */
const RETRY_FIRST_MS = 5_000;
const RETRY_LONGEST_MS = 300_000;

/** Failures remembered; the oldest goes. */
const FAILURES_MAX = 1_000;

/** Which packages could not be installed, so that not every request asks the registry again. */
export class FailureMemory {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failure>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why a package could not be installed the last time; null when it could, or when nobody has tried. */
  reasonOf(name: string): string | null {
    return this.#failures.get(name)?.reason ?? null;
  }

  /** The same while it is too early to try again. */
  recentReasonOf(name: string): string | null {
    const failure = this.#failures.get(name);
    return failure === undefined || failure.untilMs <= this.#clock.monotonicMs() ? null : failure.reason;
  }

  /** @param reason Null when it could be installed. */
  note(name: string, reason: string | null): void {
    const before = this.#failures.get(name);
    this.#failures.delete(name);
    if (reason === null) return;
    const waitMs = Math.min(Math.max((before?.waitMs ?? 0) * 2, RETRY_FIRST_MS), RETRY_LONGEST_MS);
    this.#failures.set(name, { reason, untilMs: this.#clock.monotonicMs() + waitMs, waitMs });
    const oldest = this.#failures.size > FAILURES_MAX ? this.#failures.keys().next().value : undefined;
    if (oldest !== undefined) this.#failures.delete(oldest);
  }

  /** Lets everything be tried again at once; reasons stay. */
  forgive(): void {
    for (const [name, { reason }] of this.#failures) {
      this.#failures.set(name, { reason, untilMs: Number.NEGATIVE_INFINITY, waitMs: 0 });
    }
  }
}
