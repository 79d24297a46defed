/** Statuses whose answers have no body (RFC 9110 §15). */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/**
 * The status of a final answer (RFC 9110 §15).
 *
 * @throws {RangeError} for anything else: 1xx would not end the request, and the runtime sends no others.
 */
export function parseStatus(code: unknown): number {
  const status = Number(code);
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new RangeError(`Cannot set the status to ${String(code)}: expected an integer from 200 to 599`);
}
