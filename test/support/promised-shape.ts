import { isDeepStrictEqual } from "node:util";
import { OPERATIONS } from "../../src/api/operations.ts";

/**
 * Holds every successful JSON answer against the contract of its operation, whatever a test looks at itself.
 *
 * @throws {Error} When the answer does not fit the operation's `response`, or has a key that is not documented there.
 */
export function requirePromisedShape(call: {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}): void {
  const path = call.path.split("?", 1)[0];
  const operation = OPERATIONS.find(
    (each) => each.path === path && each.method === call.method.toLowerCase(),
  );
  if (operation === undefined || call.status !== (operation.status ?? 200)) return;
  const result = operation.response.safeParse(call.body);
  if (!result.success) {
    throw new Error(`${operation.id} answered what its contract does not promise: ${result.error.message}`);
  }
  if (!isDeepStrictEqual(result.data, call.body)) {
    throw new Error(
      `${operation.id} answered undocumented keys: ${JSON.stringify(call.body)} instead of ${JSON.stringify(result.data)}`,
    );
  }
}
