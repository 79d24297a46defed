/** Where time comes from; a test passes its own. */
export interface Clock {
  /** The wall clock. */
  now(): Date;
  /** Milliseconds that never run backwards, from an arbitrary start. */
  monotonicMs(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
