/** Something that runs by itself for as long as the server does: a watch, a tick, a pump. */
export interface Supervised {
  /** Shown in logs; kebab-case. */
  readonly name: string;
  /** Whether the server is of no use without it. */
  readonly critical: boolean;
  /**
   * Runs until the signal is aborted.
   *
   * What it needs for its first moment is set up before it returns its promise, so that the caller can rely on it.
   * A promise that settles earlier is a failure: the supervisor starts it again.
   */
  run(signal: AbortSignal): Promise<void>;
}
