import type { ServerPage } from "./page.ts";

/**
 * Ticks for a server that no parent ticks for: under `bun --watch`, without a parent, or where the parent cannot see
 * the page. A thread of its own does it, some 25 MiB, because nothing else in the process runs while a loop does.
 */
export class OwnTicks implements Disposable {
  readonly #worker: Worker;

  constructor({ path, bytes }: ServerPage) {
    this.#worker = new Worker(new URL("./ticker.ts", import.meta.url));
    // The process lives for its server, never for this.
    this.#worker.unref();
    this.#worker.postMessage(path === "" ? bytes : path);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
