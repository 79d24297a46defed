/** What several servers behind one address share; a single server is a cluster of one. */
export interface Cluster {
  /** Whether there can be other nodes. */
  readonly kind: "single-node" | "nats";
  /**
   * Changes one top-level key of a deployment's shared state without losing an update made at the same time.
   *
   * @param update Is given the current value, and may be called again when somebody else was faster.
   * @returns The new value.
   */
  updateState(change: StateChange): Promise<unknown>;
}

/** One compare-and-set. */
export interface StateChange {
  /** `default/1` */
  readonly deploymentKey: string;
  /** Top-level key of the shared state. */
  readonly key: string;
  readonly update: (current: unknown) => unknown;
}
