/** A look that comes this much later than the one before says that the looker itself stood still. */
const LATE_MS = 1_000;

/** What is seen of a server. */
export interface Look {
  /** Milliseconds on a monotonic clock. */
  readonly nowMs: number;
  readonly pulse: number;
  /** Whether it was stopped from outside, which is no stall; asked while its pulse stands still. */
  readonly isStopped: () => boolean;
}

/** Decides from looks at a server's pulse whether it is stuck. */
export class StallWatch {
  #pulse = -1;
  #changedAtMs = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /**
   * One look; one comes every 100 ms.
   *
   * A machine that was suspended, or a parent that was stopped together with its server (Ctrl-Z), is no stall: after
   * a pause of its own the watch counts anew.
   *
   * @returns Milliseconds since the pulse was last seen to change.
   */
  look({ nowMs, pulse, isStopped }: Look): number {
    const isLate = nowMs - this.#lookedAtMs > LATE_MS;
    // One that was stopped needs a moment to pulse again, so it is counted anew for as long as it is.
    if (pulse !== this.#pulse || isLate || isStopped()) this.#changedAtMs = nowMs;
    this.#pulse = pulse;
    this.#lookedAtMs = nowMs;
    return nowMs - this.#changedAtMs;
  }
}
