/**
 * Waits until a condition holds: tests wait for what happens, never for time.
 *
 * @param withinMs Longest wait; generous, because it is only reached by a failure.
 * @param everyMs Pause between two looks.
 * @throws {Error} After that time, with what was seen last.
 */
export async function until<T>(
  look: () => T | Promise<T>,
  isReached: (seen: T) => boolean,
  { withinMs = 10_000, everyMs = 2 }: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (isReached(seen)) return seen;
    if (performance.now() > end) throw new Error(`Not reached in ${withinMs} ms: ${JSON.stringify(seen)}`);
    await Bun.sleep(everyMs);
  }
}
