/** Upper edges of the histogram's buckets in milliseconds; what is above the last falls into `+Inf` (metrics.md §5). */
export const BUCKET_EDGES_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const;

/** Samples kept for percentiles (metrics.md §1); a power of two. */
export const SAMPLES_MAX = 256;

/** What {@link Durations.recent} answers at most. */
const RECENT_MAX = 100;

/** How long requests took: exact count, sum, maximum and histogram for ever, percentiles over the last samples. */
export class Durations {
  count = 0;
  sumMs = 0;
  maxMs = 0;
  /** Requests of each bucket alone, not cumulative; the last is `+Inf`. */
  readonly buckets: number[] = Array.from({ length: BUCKET_EDGES_MS.length + 1 }, () => 0);
  /** A ring once it is full; it grows, because most scripts are called seldom. */
  readonly #samples: number[] = [];
  #next = 0;

  /** Costs some nanoseconds: nearly every request falls into the first bucket. */
  note(ms: number): void {
    this.count++;
    this.sumMs += ms;
    if (ms > this.maxMs) this.maxMs = ms;
    const bucket = ms <= BUCKET_EDGES_MS[0] ? 0 : bucketOf(ms);
    this.buckets[bucket] = (this.buckets[bucket] as number) + 1;
    if (this.#samples.length < SAMPLES_MAX) this.#samples.push(ms);
    else this.#samples[this.#next] = ms;
    this.#next = (this.#next + 1) & (SAMPLES_MAX - 1);
  }

  /** Mean of all in milliseconds; 0 for none. */
  get meanMs(): number {
    return this.count === 0 ? 0 : this.sumMs / this.count;
  }

  /**
   * Percentiles of the last samples by nearest rank: the smallest sample that so many percent do not exceed.
   *
   * @param percents Above 0, up to 100. @returns Milliseconds in the same order; 0 without samples.
   */
  percentiles(...percents: readonly number[]): readonly number[] {
    const sorted = Float64Array.from(this.#samples).sort();
    return percents.map((percent) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0);
  }

  /** The last durations in milliseconds, the latest last. */
  recent(): readonly number[] {
    const samples = this.#samples;
    const inOrder =
      samples.length < SAMPLES_MAX
        ? samples
        : [...samples.slice(this.#next), ...samples.slice(0, this.#next)];
    return inOrder.slice(-RECENT_MAX);
  }

  /** Adds what others counted, without their samples. */
  absorb(other: Durations): void {
    this.count += other.count;
    this.sumMs += other.sumMs;
    this.maxMs = Math.max(this.maxMs, other.maxMs);
    for (const [at, count] of other.buckets.entries()) this.buckets[at] = (this.buckets[at] ?? 0) + count;
  }
}

function bucketOf(ms: number): number {
  let at = 0;
  while (at < BUCKET_EDGES_MS.length && ms > (BUCKET_EDGES_MS[at] as number)) at++;
  return at;
}
