/** One fault: a script that goes wrong, what its caller is told, and what the log says. */
export interface FaultRow {
  /** What goes wrong; completes "the service goes on when …". */
  readonly name: string;
  readonly script: string;
  /** Further files of the script's directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly init?: RequestInit;
  /** 200 when left out. "broken" for an answer that breaks off, so that nobody takes it for complete. */
  readonly status?: number | "broken";
  /** The exact text of the answer, or a pattern it has to match. */
  readonly text?: string | RegExp;
  /** Fields of a line of the log, which must appear; the script's own file unless another one is given. */
  readonly log?: Readonly<Record<string, unknown>>;
  /** Whether that happens only the first time, when a helper is loaded. */
  readonly isLoggedOnce?: boolean;
}

/** What stands in the log about a mistake in the only line of a row's script. */
export const AT_LINE_1 = { level: 50, line: 1 } as const;
