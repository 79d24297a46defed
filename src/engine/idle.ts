import type { RequestServer } from "./execution.ts";

/** Seconds without a byte after which the runtime closes a connection; answers that take longer ask to be kept open. */
export const IDLE_TIMEOUT_S = 30;

/** Keeps the connection of a request open however quiet it is, until {@link mayIdle}. */
export function keepOpen(request: Request, server: RequestServer): void {
  server.timeout(request, 0);
}

/** Waits for something before the answer begins that may take longer than the connection may be quiet. */
export async function whileOpen<T>(
  request: Request,
  server: RequestServer,
  wait: PromiseLike<T>,
): Promise<T> {
  keepOpen(request, server);
  try {
    return await wait;
  } finally {
    mayIdle(request, server);
  }
}

/** Keeps it open for as long as the runtime counts, where nobody can tell when the answer is complete. */
export function keepOpenLong(request: Request, server: RequestServer): void {
  server.timeout(request, LONG_S);
}

/** The runtime's longest limit, in seconds. */
const LONG_S = 255;

/**
 * Ends {@link keepOpen}; to be called before the answer is complete.
 *
 * The runtime keeps what a request asked for until the next request of the connection: without this, one that its
 * client leaves open is never closed (measured).
 */
export function mayIdle(request: Request, server: RequestServer): void {
  server.timeout(request, IDLE_TIMEOUT_S);
}
