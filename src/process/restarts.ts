import type { Replacement, RestartRequest } from "./protocol.ts";

/** What the control API may know and ask of the parent of this process. */
export interface Restarts {
  /** What the parent had to replace a server for, the last time; null for never. */
  readonly lastReplacement: Replacement | null;
  /** Whether this process took the place of another one of the same parent. */
  readonly isSuccessor: boolean;
  /** Settles when no other server is left that does the work which only one may do: schedules, rotation, jobs. */
  readonly owner: Promise<void>;
  /** Asks to be replaced. */
  restart(request: RestartRequest): void;
}
