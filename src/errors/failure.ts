/** What one kind of failure means to a caller. */
export interface Failure {
  /** HTTP status of the answer (RFC 9110 §15). */
  readonly status: number;
  /** Text for the caller when the thrower gives none. Where the contract fixes a text, it stands here. */
  readonly title: string;
  /** What a caller can do about it; goes into the API document and the README. */
  readonly resolution: string;
}

/** Wire code of a status: 400 is `VALIDATION_ERROR`, every other status `ERROR_<status>` (control-api.md §0). */
export function toWireCode(status: number): string {
  return status === 400 ? "VALIDATION_ERROR" : `ERROR_${status}`;
}
