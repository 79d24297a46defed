import { toWireCode } from "./failure.ts";
import { FAILURES, type FailureKind } from "./failures.ts";

/** Registered, so that an error of a second copy of this module or of a thread is still recognised. */
const BRAND = Symbol.for("hoody-exec.ExecError");

/** What an {@link ExecError} carries besides its kind and message. */
export interface ExecErrorOptions {
  /** For the caller: goes into the envelope as it is, so it must hold no secret and no absolute path. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Further top-level keys of the envelope that older clients read (`success`, `validation`, `maxBytes`). */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Response headers that belong to the failure (`Allow`, `WWW-Authenticate`). */
  readonly headers?: Readonly<Record<string, string>>;
  /** Setting whose limit was reached, `templatesMax`: such refusals of the control API are counted by it. */
  readonly limit?: string;
  /** For the log only. */
  readonly cause?: unknown;
}

/**
 * The one error that may shape an answer. Anything else that is thrown becomes `internal` with a neutral text.
 *
 * The message is for the caller; the cause is for the log. They never mix.
 */
export class ExecError extends Error {
  override readonly name = "ExecError";
  readonly kind: FailureKind;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly extra: Readonly<Record<string, unknown>> | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly limit: string | undefined;

  /**
   * @param kind Row of the failures table; decides status and wire code.
   * @param message Text for the caller; the table's title when left out.
   */
  constructor(kind: FailureKind, message: string = FAILURES[kind].title, options: ExecErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.details = options.details;
    this.extra = options.extra;
    this.headers = options.headers;
    this.limit = options.limit;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** HTTP status of the answer. */
  get status(): number {
    return FAILURES[this.kind].status;
  }

  /** Wire code of the envelope. */
  get code(): string {
    return toWireCode(this.status);
  }
}

/** Whether a thrown value is our own error, also one of another copy of this module. */
export function isExecError(value: unknown): value is ExecError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
}
