import type { Cluster, StateChange } from "./cluster.ts";

/** The cluster of one: needs nothing and answers at once. */
export class SingleNode implements Cluster {
  readonly kind = "single-node";
  readonly #stateOf: (deploymentKey: string) => Record<string, unknown>;
  /** The last change of each key that is under way; the next one waits for it. */
  readonly #pending = new Map<string, Promise<unknown>>();

  /** @param stateOf The shared state of a deployment. */
  constructor(stateOf: (deploymentKey: string) => Record<string, unknown>) {
    this.#stateOf = stateOf;
  }

  async updateState({ deploymentKey, key, update }: StateChange): Promise<unknown> {
    const lock = `${deploymentKey} ${key}`;
    const before = this.#pending.get(lock) ?? Promise.resolve();
    const change = async () => {
      const state = this.#stateOf(deploymentKey);
      const next = await update(state[key]);
      state[key] = next;
      return next;
    };
    // A change that failed must not stop the one behind it.
    const result = before.then(change, change);
    this.#pending.set(lock, result);
    try {
      return await result;
    } finally {
      if (this.#pending.get(lock) === result) this.#pending.delete(lock);
    }
  }
}
