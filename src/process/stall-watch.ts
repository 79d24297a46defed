/** A look that comes this much later than the one before says that the looker itself stood still. */
const LATE_MS = 1_000;

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
   * @param look.nowMs On a monotonic clock.
   * @returns Milliseconds since the pulse was last seen to change.
   */
  look({ nowMs, pulse }: { readonly nowMs: number; readonly pulse: number }): number {
    if (pulse !== this.#pulse || nowMs - this.#lookedAtMs > LATE_MS) this.#changedAtMs = nowMs;
    this.#pulse = pulse;
    this.#lookedAtMs = nowMs;
    return nowMs - this.#changedAtMs;
  }
}
