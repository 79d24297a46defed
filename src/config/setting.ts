import type { Grammar } from "./grammars.ts";

/** One thing an operator can set. Flag and environment name follow from its key in `SETTINGS`. */
export interface Setting<T> {
  readonly grammar: Grammar<T>;
  /** Used when neither flag nor environment gives a value; null is derived from other settings. */
  readonly default: T | null;
  /** What stands in documents for a derived default. */
  readonly defaultText?: string;
  /** Environment names accepted besides `EXEC_…`, which wins over them. */
  readonly environment?: readonly string[];
  /** Whether the value is a secret or leads to one: no message quotes it, and scripts see neither flag nor variable. */
  readonly secret?: true;
  /** One sentence without full stop. */
  readonly description: string;
}

/** A row of the table. */
export function setting<T>(grammar: Grammar<T>, row: Omit<Setting<T>, "grammar">): Setting<T> {
  return { grammar, ...row };
}
