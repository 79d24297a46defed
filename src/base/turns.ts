/** Longest unbroken stretch of work in the background, in milliseconds. */
const TURN_MS = 4;

/** Breaks long work up, so that requests are answered in between. */
export class Turns {
  #endMs = performance.now() + TURN_MS;

  /** Whether this turn has been long enough. */
  get isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Waits for the next turn when this one has been long enough. */
  async next(): Promise<void> {
    if (!this.isOver) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#endMs = performance.now() + TURN_MS;
  }
}

/** Work that may be interrupted wherever it yields. */
export type Steps<T> = Generator<void, T>;

/** Does work step by step, with turns for others in between. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  const turns = new Turns();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (turns.isOver) await turns.next();
  }
}

/** Does the same work without a pause: for what is known to be small. */
export function atOnce<T>(steps: Steps<T>): T {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}
