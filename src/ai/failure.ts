import type { Sdk } from "./sdk.ts";

/** Longest text of a provider that is passed on, in UTF-16 units. */
const MESSAGE_MAX = 300;

/** What is known of a call besides its failure. */
export interface FailedCall {
  readonly sdk: Sdk;
  /** What must not be shown. */
  readonly key: string;
  /** Made where the script made the call, so that its author finds the line. */
  readonly calledAt: Error;
}

/** An `Error` with what a script may want to branch on. */
interface AiFailure extends Error {
  /** HTTP status of the provider's answer; absent when there was none. */
  status?: number;
}

/**
 * What a script is told of a call that failed: an ordinary `Error` with the provider's status and message in one line,
 * never the key, and the place of the call.
 *
 * @param thrown By the SDK; an abort stays what it is.
 */
export function explainFailure(thrown: unknown, { sdk, key, calledAt }: FailedCall): unknown {
  if (isAbort(thrown)) return thrown;
  const { APICallError, RetryError, NoObjectGeneratedError } = sdk.loaded.core;
  const attempts = RetryError.isInstance(thrown) ? thrown.errors.length : 1;
  const error = RetryError.isInstance(thrown) ? thrown.lastError : thrown;
  if (isAbort(error)) return error;
  // The key first: cut in two it would not be found.
  const say = (text: string) => toLine(text.replaceAll(key, "***"));
  const tries = attempts > 1 ? ` (${attempts} attempts)` : "";
  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 400) {
    const message = `The AI provider answered ${error.statusCode}: ${say(error.message)}${tries}`;
    return failure(calledAt, message, error.statusCode);
  }
  if (APICallError.isInstance(error) && error.statusCode !== undefined) {
    return failure(
      calledAt,
      `Cannot read the answer of the AI provider: ${say(messageOf(error.cause ?? error))}`,
    );
  }
  if (APICallError.isInstance(error)) {
    return failure(calledAt, `Cannot reach the AI provider: ${say(error.message)}${tries}`);
  }
  if (NoObjectGeneratedError.isInstance(error)) {
    const cause = error.cause instanceof Error ? `: ${say(error.cause.message)}` : "";
    return failure(calledAt, `The model's answer does not fit the schema${cause}`);
  }
  return failure(calledAt, `The AI call failed: ${say(messageOf(error))}${tries}`);
}

/** The error for a stream that ended without the provider having said that it was the end. */
export function streamCut({ calledAt }: Pick<FailedCall, "calledAt">): Error {
  return failure(calledAt, "The AI provider's stream broke off before its end");
}

function failure(calledAt: Error, message: string, status?: number): AiFailure {
  const error: AiFailure = new Error(message);
  error.name = "AiError";
  const frames = (calledAt.stack ?? "").split("\n").slice(1).join("\n");
  Object.defineProperty(error, "stack", {
    value: `AiError: ${message}\n${frames}`,
    writable: true,
    configurable: true,
  });
  if (status !== undefined) error.status = status;
  return error;
}

/** Whether the request, the script or a time limit ended the call. */
function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && (thrown.name === "AbortError" || thrown.name === "TimeoutError");
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What the runtime adds to errors of `fetch`, for whoever calls that by hand. */
const FETCH_ADVICE = /For more information, pass `verbose: true` in the second argument to fetch\(\)/;

function toLine(text: string): string {
  const line = text.replace(FETCH_ADVICE, "").replaceAll(/\s+/g, " ").trim();
  return line.length > MESSAGE_MAX ? `${line.slice(0, MESSAGE_MAX)}…` : line;
}
