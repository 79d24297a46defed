/** One trick: a script that tries to leave something behind, and what would show that it did. */
export interface LeaveBehindRow {
  /** What is tried; completes "nothing is left by …". */
  readonly name: string;
  /** Statements that try to leave something behind. */
  readonly leave: string;
  /** An expression; its value shows whether something is there. */
  readonly look: string;
  /**
   * Value of `look` in the very request that ran `leave`, as JSON holds it: what a fresh context shows.
   *
   * Left out where there is no difference even then: the object belongs to the server and is frozen, or `leave` acts
   * after its own request.
   */
  readonly seen?: unknown;
  /** Further files of the first deployment, by their path in it. */
  readonly files?: Readonly<Record<string, string>>;
  /** Why the shared realm shows its author something else than a fresh context would; nothing is left all the same. */
  readonly noticed?: string;
}
