import { harden } from "./harden.ts";

/** What `Bun.serve` and `Bun.listen` return, as far as it matters here. */
interface Listener {
  stop(closeActiveConnections?: boolean): unknown;
}

/**
 * The sockets on which scripts of one deployment listen besides the server's own.
 *
 * Each keeps the context it was made in alive and its port taken, so their number is bounded, and they end with the
 * deployment.
 */
export class ScriptListeners implements Disposable {
  readonly #open = new Set<Listener>();
  readonly #openMax: number;
  readonly #onRefused: () => void;

  /**
   * @param options.openMax Listeners that may be open at once.
   * @param options.onRefused Is told of each that is one too many.
   */
  constructor({ openMax, onRefused }: { readonly openMax: number; readonly onRefused: () => void }) {
    this.#openMax = openMax;
    this.#onRefused = onRefused;
  }

  /** Listeners open now. */
  get open(): number {
    return this.#open.size;
  }

  /** The same function, with an owner for what it opens. */
  owned<T extends (...args: never[]) => unknown>(listen: T): T {
    return harden((...args: never[]) => {
      if (this.#open.size >= this.#openMax) {
        this.#onRefused();
        throw new Error(`Cannot listen: ${this.#openMax} listeners are open, the limit of --listeners-max`);
      }
      return this.#keep(listen(...args) as Listener);
    }) as unknown as T;
  }

  /** Closes them all, and their connections. */
  [Symbol.dispose](): void {
    for (const listener of [...this.#open]) listener.stop(true);
    this.#open.clear();
  }

  #keep(listener: Listener): Listener {
    const stop = listener.stop.bind(listener);
    this.#open.add(listener);
    return Object.defineProperty(listener, "stop", {
      configurable: true,
      value: harden((closeActiveConnections?: boolean) => {
        this.#open.delete(listener);
        return stop(closeActiveConnections);
      }),
    });
  }
}
