/** Seconds that are looked back at most: 15 minutes. */
const SECONDS_MAX = 900;

/**
 * Requests per second over the last minutes (metrics.md §1).
 *
 * A ring of one-second buckets that holds what had been counted when each second began, so that a request costs one
 * comparison, and any window is one subtraction.
 */
export class Rates {
  /** When the current second ends, in monotonic milliseconds: from then on {@link turn} is due before a request is counted. */
  endsMs: number;
  readonly #startedMs: number;
  /** Of second `n` at `n % SECONDS_MAX`: requests counted before it began. */
  readonly #before = new Float64Array(SECONDS_MAX);
  #second = 0;

  /** @param startedMs Monotonic milliseconds. */
  constructor(startedMs: number) {
    this.#startedMs = startedMs;
    this.endsMs = startedMs + 1_000;
  }

  /** @param counted Requests so far. */
  turn(nowMs: number, counted: number): void {
    const second = Math.max(this.#second, Math.floor((nowMs - this.#startedMs) / 1_000));
    // After a long silence every bucket is the same.
    const from = Math.max(this.#second + 1, second - SECONDS_MAX + 1);
    for (let each = from; each <= second; each++) this.#before[each % SECONDS_MAX] = counted;
    this.#second = second;
    this.endsMs = this.#startedMs + (second + 1) * 1_000;
  }

  /**
   * Requests per second over a window that ends now; over the uptime while that is shorter.
   *
   * @param seconds 1 to 900.
   */
  per(seconds: number, nowMs: number, counted: number): number {
    if (nowMs >= this.endsMs) this.turn(nowMs, counted);
    const first = this.#second - seconds + 1;
    const before = first <= 0 ? 0 : (this.#before[first % SECONDS_MAX] ?? 0);
    return (counted - before) / Math.min(seconds, this.uptimeSeconds(nowMs));
  }

  /** Since the start; at least one second, so that the first request makes no rate of thousands. */
  uptimeSeconds(nowMs: number): number {
    return Math.max(1, (nowMs - this.#startedMs) / 1_000);
  }
}
