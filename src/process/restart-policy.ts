/** Restarts without a pause that {@link IMMEDIATE_WINDOW_MS} may hold. */
const IMMEDIATE_MAX = 5;
const IMMEDIATE_WINDOW_MS = 10_000;
const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_MAX_MS = 30_000;
/** Health after which the backoff begins anew. */
const STABLE_MS = 60_000;

/** Decides how soon a server that died is started again (running.md §5). */
export class RestartPolicy {
  #immediateAtMs: number[] = [];
  #failures = 0;

  /**
   * @param death.nowMs On a monotonic clock.
   * @param death.healthyMs How long the server had been healthy; null when it died while starting.
   * @returns Milliseconds to wait.
   */
  delayAfter({ nowMs, healthyMs }: { readonly nowMs: number; readonly healthyMs: number | null }): number {
    if (healthyMs !== null && healthyMs >= STABLE_MS) this.#failures = 0;
    this.#immediateAtMs = this.#immediateAtMs.filter((atMs) => nowMs - atMs < IMMEDIATE_WINDOW_MS);
    if (healthyMs !== null && this.#immediateAtMs.length < IMMEDIATE_MAX) {
      this.#immediateAtMs.push(nowMs);
      return 0;
    }
    return Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** this.#failures++);
  }
}
