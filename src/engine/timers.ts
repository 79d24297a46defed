import { promisify } from "node:util";
import { CELL } from "../process/page.ts";
import { harden } from "./harden.ts";
import type { RunningMark } from "./running-mark.ts";

/** The timer functions a script sees. */
export interface TimerFunctions {
  readonly setTimeout: typeof setTimeout;
  readonly setInterval: typeof setInterval;
  readonly setImmediate: typeof setImmediate;
  readonly clearTimeout: typeof clearTimeout;
  readonly clearInterval: typeof clearInterval;
  readonly clearImmediate: typeof clearImmediate;
}

type Callback = (...args: unknown[]) => void;

/**
 * The pending timers of one deployment.
 *
 * A pending timer keeps the whole context it was made in alive (measured: 10,000 of them hold 870 MiB), so their
 * number is bounded, and they end with the deployment. What a callback throws is reported, not fatal.
 */
export class ScriptTimers implements Disposable {
  readonly functions: TimerFunctions;
  readonly #pending = new Set<object>();
  readonly #pendingMax: number;
  readonly #report: (error: unknown) => void;
  readonly #mark: RunningMark;
  readonly #place: number;
  readonly #onRefused: () => void;
  readonly #onFired: () => void;
  #isDisposed = false;

  /**
   * @param options.pendingMax Timers that may wait at once.
   * @param options.onRefused Is told of each timer that is one too many.
   * @param options.onFired Is told of each callback that runs.
   * @param options.report Is told what a callback threw.
   * @param options.mark Is told that a callback runs, as code of the script that started the timer.
   * @param options.place Of the deployment's name, for timers that a script started after it had waited.
   */
  constructor(options: {
    readonly pendingMax: number;
    readonly onRefused: () => void;
    readonly onFired: () => void;
    readonly report: (error: unknown) => void;
    readonly mark: RunningMark;
    readonly place: number;
  }) {
    this.#pendingMax = options.pendingMax;
    this.#onRefused = options.onRefused;
    this.#onFired = options.onFired;
    this.#report = options.report;
    this.#mark = options.mark;
    this.#place = options.place;
    const clear = harden((timer: unknown) => this.#clear(timer));
    this.functions = Object.freeze({
      setTimeout: this.#maker(setTimeout as never, false),
      setInterval: this.#maker(setInterval as never, true),
      setImmediate: this.#maker(setImmediate as never, false),
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    }) as unknown as TimerFunctions;
  }

  /** Timers waiting now. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Ends every timer; no other can be started. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const timer of this.#pending) this.#clear(timer);
  }

  #maker(native: (callback: Callback, ...args: unknown[]) => object, repeats: boolean) {
    const start = (callback: unknown, ...args: unknown[]) => {
      if (typeof callback !== "function") throw new TypeError("The callback of a timer must be a function");
      if (this.#isDisposed) throw new Error("Cannot start a timer: the deployment was let go of");
      if (this.#pending.size >= this.#pendingMax) {
        this.#onRefused();
        throw new Error(`Cannot start a timer: ${this.#pendingMax} are pending, the limit of --timers-max`);
      }
      const place = this.#mark.cells[CELL.running] || this.#place;
      const timer = native(
        (...values: unknown[]) => {
          if (!repeats) this.#pending.delete(timer);
          this.#mark.step();
          this.#onFired();
          this.#mark.around(place, () => this.#call(callback as Callback, values));
        },
        ...args,
      );
      this.#pending.add(timer);
      return timer;
    };
    return harden(Object.defineProperty(start, promisify.custom, { get: harden(() => toPromised(start)) }));
  }

  #call(callback: Callback, values: unknown[]): void {
    try {
      const result: unknown = callback(...values);
      if (result instanceof Promise) result.catch(this.#report);
    } catch (error) {
      this.#report(error);
    }
  }

  #clear(timer: unknown): void {
    if (typeof timer === "number") {
      for (const each of this.#pending) if (Number(each) === timer) return this.#clear(each);
    }
    if (typeof timer !== "object" || timer === null) return;
    this.#pending.delete(timer);
    clearTimeout(timer as never);
    clearImmediate(timer as never);
  }
}

/**
 * What `util.promisify(setTimeout)` yields, the usual way to write a sleep: the callback of a timer comes first, so
 * it has to be told how. Made anew for each caller, because `promisify` writes onto it.
 */
function toPromised(start: (callback: unknown, ...args: unknown[]) => unknown) {
  const promised = (ms?: unknown, value?: unknown) => new Promise((resolve) => start(resolve, ms, value));
  return Object.defineProperty(promised, "constructor", { value: undefined });
}
