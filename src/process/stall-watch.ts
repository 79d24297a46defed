/** A look that comes this much later than the one before says that the looker itself stood still. */
const LATE_MS = 1_000;

/** Decides from looks at a server's heartbeat whether its event loop stands still. */
export class StallWatch {
  #beats = -1;
  #changedAtMs = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /**
   * One look; one comes every 100 ms.
   *
   * A machine that was suspended, or a parent that was stopped together with its server (Ctrl-Z), is no stall: after
   * a pause of its own the watch counts anew.
   *
   * @param look.nowMs On a monotonic clock.
   * @returns Milliseconds since the heartbeat was last seen to change.
   */
  look({ nowMs, beats }: { readonly nowMs: number; readonly beats: number }): number {
    if (beats !== this.#beats || nowMs - this.#lookedAtMs > LATE_MS) this.#changedAtMs = nowMs;
    this.#beats = beats;
    this.#lookedAtMs = nowMs;
    return nowMs - this.#changedAtMs;
  }
}
