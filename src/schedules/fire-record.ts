/** How a fire ended, as its history says (control-api.md §14). */
export type FireStatus =
  | "ok"
  | "error"
  | "timeout"
  | "disabled"
  | "load_error"
  | "incompatible"
  | "skipped_overload";

/** One line of the history. */
export interface FireRecord {
  /** When it began, ISO 8601. */
  readonly ts: string;
  /** Relative to the scripts root. */
  readonly scriptPath: string;
  readonly expression: string;
  readonly runId: string;
  readonly status: FireStatus;
  readonly durationMs: number;
  /** Beginning of the result as JSON. */
  readonly returnPreview?: string;
  /** Beginning of what went wrong. */
  readonly error?: string;
}

/** Longest preview and longest error, in characters. */
export const PREVIEW_MAX = 200;
export const ERROR_MAX = 500;
