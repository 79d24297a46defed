/**
 * What a promise yields, unless its time is over first.
 *
 * The promise is not ended; whatever it yields later is dropped, also a rejection.
 *
 * @param leftMs Milliseconds; Infinity for no limit.
 * @param late Makes the error that is thrown when the time is over.
 */
export async function withDeadline<T>(
  promise: PromiseLike<T>,
  leftMs: number,
  late: () => Error,
): Promise<T> {
  if (leftMs === Number.POSITIVE_INFINITY) return promise;
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), Math.max(0, leftMs));
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
