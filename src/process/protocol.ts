/** TABLE: every message between a server process and its parent. */

/** What a server tells its parent. */
export type ToParent =
  /** It has something to do again (see parent-ticks.ts). */
  | { readonly kind: "awake" }
  | ({ readonly kind: "ready" } & ServerFacts)
  | ({ readonly kind: "restart" } & RestartRequest);

/** What a parent tells its server. */
export type ToServer =
  /** Drain and exit; also the end of the program. */
  | { readonly kind: "stop" }
  /** Another server has taken the port: let it have new connections, drain, exit. */
  | { readonly kind: "leave"; readonly drainTimeoutMs: number }
  /** The server before this one is gone: work that only one may do is this one's now. */
  | { readonly kind: "owner" };

/** What the parent learns once a server listens; it reads no settings itself. */
export interface ServerFacts {
  /** Path of the memory it shares with its parent (see page.ts). */
  readonly page: string;
  /** The port that was really bound. */
  readonly port: number;
  /** 0 = a stalled server stays. */
  readonly stallTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** Name of the least level that is logged. */
  readonly logLevel: string;
}

/** A wish to be replaced. */
export interface RestartRequest {
  /** Whether running requests are finished before. */
  readonly graceful: boolean;
  readonly drainTimeoutMs: number;
  /** For the log. */
  readonly reason: string;
}

/** What a server starts with, besides the arguments of the program; null for the first one. */
export interface HandOver {
  /** The port of the servers before it. */
  readonly port: number;
  /** Whether another server still has the port and the work that only one may do. */
  readonly isBeside: boolean;
  readonly lastReplacement: Replacement | null;
}

/** What the parent had to replace a server for (control-api.md §3). */
export interface Replacement {
  readonly reason: "crashed" | "stalled";
  /** The script whose code ran then, relative to the scripts directory; null when that is not certain. */
  readonly script: string | null;
  /** Not known: only the script could tell, and it does not come to it. */
  readonly line: null;
  /** ISO 8601. */
  readonly at: string;
}
