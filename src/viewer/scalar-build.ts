/** Name of the build in the package. */
export const SCALAR_FILE = "scalar.js";

/** What the thread hands over. */
export interface ScalarMessage {
  readonly gzipped: Uint8Array<ArrayBuffer>;
  /** Whether the package did not have it. */
  readonly isEmpty: boolean;
}

/**
 * Scalar's build for browsers, compressed: 1.4 MB, taken out of its package at the first call and kept.
 *
 * @see https://github.com/scalar/scalar
 */
export class ScalarBuild implements Disposable {
  #gzipped: Promise<Uint8Array<ArrayBuffer>> | null = null;
  #thread: Worker | null = null;

  /** @throws {Error} When the package cannot be loaded; the next call tries again. */
  gzipped(): Promise<Uint8Array<ArrayBuffer>> {
    this.#gzipped ??= this.#build().catch((error) => {
      this.#gzipped = null;
      throw error;
    });
    return this.#gzipped;
  }

  async #build(): Promise<Uint8Array<ArrayBuffer>> {
    // An environment of its own: what the server's holds is not for a package.
    const thread = new Worker(new URL("./scalar-thread.ts", import.meta.url), { env: {}, ref: false });
    this.#thread = thread;
    try {
      return await new Promise((resolve, reject) => {
        thread.addEventListener("message", ({ data }: MessageEvent<ScalarMessage>) => {
          if (data.isEmpty) reject(new Error(`Cannot find ${SCALAR_FILE} in its package`));
          else resolve(data.gzipped);
        });
        thread.addEventListener("error", (event) => reject(new Error(event.message)));
        thread.addEventListener("close", () => reject(new Error("The thread ended early")));
      });
    } finally {
      thread.terminate();
      this.#thread = null;
    }
  }

  [Symbol.dispose](): void {
    this.#thread?.terminate();
  }
}
