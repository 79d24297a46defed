import type { ExecError } from "./exec-error.ts";

/** The JSON body of every error answer (control-api.md §0). */
export interface ErrorEnvelope {
  readonly error: string;
  readonly code: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly [extra: string]: unknown;
}

/**
 * Writes an error as the envelope that callers read.
 *
 * @param at The moment of the answer.
 */
export function toEnvelope(error: ExecError, at: Date): ErrorEnvelope {
  return {
    error: error.message,
    code: error.code,
    timestamp: at.toISOString(),
    ...(error.details === undefined ? {} : { details: error.details }),
    ...error.extra,
  };
}

/**
 * The envelope as a complete JSON response, with the failure's own headers.
 *
 * @param extra Top-level keys besides those of the failure itself.
 */
export function toErrorResponse(
  error: ExecError,
  at: Date,
  headers: Record<string, string> = {},
  extra: Readonly<Record<string, unknown>> = {},
): Response {
  return new Response(JSON.stringify({ ...extra, ...toEnvelope(error, at) }), {
    status: error.status,
    headers: { "content-type": "application/json; charset=utf-8", ...error.headers, ...headers },
  });
}
