/** Lets one change at a time touch a path, in the order in which they were asked for. */
export class PathLocks {
  /** The end of the last change of each path that has one; entries go when nobody waits any more. */
  readonly #tails = new Map<string, Promise<unknown>>();

  /**
   * Runs work alone on some paths.
   *
   * All paths are joined in one step, so that two moves in opposite directions cannot wait for each other.
   */
  async run<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = paths.map((path) => this.#tails.get(path));
    // allSettled: the failure of a change belongs to its own caller, the next one only waits for its end.
    const result = Promise.allSettled(before).then(work);
    const tail = result.catch(() => "its caller is told");
    for (const path of paths) this.#tails.set(path, tail);
    try {
      return await result;
    } finally {
      for (const path of paths) if (this.#tails.get(path) === tail) this.#tails.delete(path);
    }
  }
}
