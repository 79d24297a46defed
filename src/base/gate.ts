/** Lets a number of tasks run at once; further ones wait in a bounded queue, first come first served. */
export class Gate {
  readonly limit: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #refused = 0;

  /** @param options.limit Tasks at once. @param options.waitingMax Tasks that may wait. */
  constructor({ limit, waitingMax }: { readonly limit: number; readonly waitingMax: number }) {
    this.limit = limit;
    this.#waitingMax = waitingMax;
  }

  /** Tasks running now. */
  get running(): number {
    return this.#running;
  }

  /** Tasks refused because too many were waiting. */
  get refused(): number {
    return this.#refused;
  }

  /** Whether {@link enter} would refuse one more task now. */
  get isFull(): boolean {
    return this.#running >= this.limit && this.#waiting.length >= this.#waitingMax;
  }

  /** Takes a place that is free; null when there is none. @returns Releases the place, once. */
  tryEnter(): (() => void) | null {
    if (this.#running >= this.limit) return null;
    this.#running++;
    return this.#releaser();
  }

  /**
   * Waits for a place.
   *
   * @param signal Gives the place in the queue up.
   * @returns Releases the place, once; null when the queue is full or the signal was aborted.
   */
  async enter(signal?: AbortSignal): Promise<(() => void) | null> {
    const free = this.tryEnter();
    if (free !== null) return free;
    if (this.#waiting.length >= this.#waitingMax) {
      this.#refused++;
      return null;
    }
    return (await this.#wait(signal)) ? this.#releaser() : null;
  }

  #releaser(): () => void {
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#leave();
    };
  }

  /** The place of whoever leaves passes to whoever has waited longest, so `#running` stays. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }

  #wait(signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const admit = () => {
        signal?.removeEventListener("abort", giveUp);
        resolve(true);
      };
      const giveUp = () => {
        const at = this.#waiting.indexOf(admit);
        if (at >= 0) this.#waiting.splice(at, 1);
        resolve(false);
      };
      if (signal?.aborted) return resolve(false);
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(admit);
    });
  }
}
