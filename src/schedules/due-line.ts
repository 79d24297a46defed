import type { FireTarget } from "./fires.ts";

/** Longest turn in which fires are begun, in ms: ten thousand at once must not hold requests up. */
const TURN_MS = 8;

/** Collaborators of a {@link DueLine}. */
export interface DueLineOptions<T extends FireTarget> {
  /** Fires that run at once. */
  readonly runningMax: number;
  readonly fire: (target: T) => Promise<unknown>;
  /** Is told of one that is due again while it waits. */
  readonly skip: (target: T) => void;
}

/** What is due and waits for its turn: a bounded number of runs at once, first come first served, each script once. */
export class DueLine<T extends FireTarget> {
  readonly #options: DueLineOptions<T>;
  readonly #waiting = new Map<string, T>();
  #running = 0;
  #isClosed = false;
  #isTurnPlanned = false;

  constructor(options: DueLineOptions<T>) {
    this.#options = options;
  }

  add(target: T): void {
    if (this.#waiting.has(target.file)) this.#options.skip(target);
    else this.#waiting.set(target.file, target);
    this.#planTurn();
  }

  /** A script that is not to run any more. */
  drop(file: string): void {
    this.#waiting.delete(file);
  }

  /** Begins no more. @returns Files of what still waited. */
  close(): readonly string[] {
    this.#isClosed = true;
    return [...this.#waiting.keys()];
  }

  #planTurn(): void {
    if (this.#isTurnPlanned || this.#isClosed) return;
    this.#isTurnPlanned = true;
    setImmediate(() => this.#takeTurn());
  }

  #takeTurn(): void {
    this.#isTurnPlanned = false;
    const endMs = performance.now() + TURN_MS;
    while (!this.#isClosed && this.#running < this.#options.runningMax) {
      const target = this.#waiting.values().next().value;
      if (target === undefined) return;
      if (performance.now() > endMs) return this.#planTurn();
      this.#waiting.delete(target.file);
      this.#running++;
      void this.#options.fire(target).finally(() => {
        this.#running--;
        this.#planTurn();
      });
    }
  }
}
