/** One change below the scripts root; `file` is relative to it. */
export type ScriptChange =
  /** A file is new or has new content. `origin` says who noticed: our own write, or the watch on the disk. */
  | { readonly kind: "written"; readonly file: string; readonly origin: ChangeOrigin }
  /** A file is gone, or a directory with everything below it: the disk does not say which it was. */
  | { readonly kind: "removed"; readonly file: string; readonly origin: ChangeOrigin }
  /** Changes may have been missed: read everything again. */
  | { readonly kind: "reset" };

/** Who noticed a change. */
export type ChangeOrigin = "api" | "disk";

/**
 * Tells what keeps scripts in memory that one has changed.
 *
 * Synchronous: when {@link emit} returns, every listener has acted, so that the next request is served the new version.
 */
export class ScriptChanges {
  readonly #listeners = new Set<(change: ScriptChange) => void>();

  /**
   * Hands a change to every listener, in the order of their subscription.
   *
   * @throws {AggregateError} What listeners threw, after all of them were called: one that fails must not leave the
   *   others with an old version.
   */
  emit(change: ScriptChange): void {
    const thrown: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(change);
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length > 0)
      throw new AggregateError(thrown, `Cannot apply the change "${change.kind}" everywhere`);
  }

  /** @returns Ends the subscription. */
  subscribe(listener: (change: ScriptChange) => void): () => void {
    // A wrapper of its own, so that subscribing one function twice gives two subscriptions with two ends.
    const entry = (change: ScriptChange) => listener(change);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }
}
