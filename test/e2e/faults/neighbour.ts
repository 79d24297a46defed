import type { ServerProcess } from "../../support/process.ts";

/** Somebody who calls another script of the same server all the time, and must never notice anything. */
export interface Neighbour {
  readonly calls: number;
  /** What was not as it should be. */
  readonly complaints: readonly string[];
  /**
   * What callers waited who come every `everyMs`, in milliseconds. This one calls again only when it is answered, so for
   * each long wait those that it missed meanwhile are counted too: a stall of a second is no single call.
   */
  waits(): { readonly p50Ms: number; readonly p99Ms: number; readonly longestMs: number };
  /** Ends it, once its last call is answered. */
  stop(): Promise<void>;
}

/** The script that it calls. */
export const NEIGHBOUR_FILE = { "default/1/neighbour.ts": 'return { hello: "neighbour" }' };

/** Longest wait that is no complaint: a machine that runs other tests may be slow, a stalled server is slower. */
const PATIENCE_MS = 20_000;

/** Starts calling. @param options.everyMs Pause between two calls. */
export function startNeighbour(
  server: Pick<ServerProcess, "url">,
  { everyMs = 2 }: { readonly everyMs?: number } = {},
): Neighbour {
  const complaints: string[] = [];
  const waitsMs: number[] = [];
  let isOver = false;
  const calling = (async () => {
    while (!isOver) {
      const sinceMs = performance.now();
      try {
        const response = await fetch(`${server.url}/neighbour`, { signal: AbortSignal.timeout(PATIENCE_MS) });
        const text = await response.text();
        if (response.status !== 200 || text !== '{"hello":"neighbour"}') {
          complaints.push(`${response.status} ${text.slice(0, 200)}`);
        }
      } catch (error) {
        complaints.push(String(error));
      }
      waitsMs.push(performance.now() - sinceMs);
      await Bun.sleep(everyMs);
    }
  })();
  return {
    get calls() {
      return waitsMs.length;
    },
    complaints,
    waits() {
      const all: number[] = [];
      for (const waitMs of waitsMs) {
        all.push(waitMs);
        for (let leftMs = waitMs - everyMs; leftMs > 0; leftMs -= everyMs) all.push(leftMs);
      }
      const sorted = all.sort((one, other) => one - other);
      const at = (share: number) =>
        sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
      return { p50Ms: at(0.5), p99Ms: at(0.99), longestMs: at(1) };
    },
    async stop() {
      isOver = true;
      await calling;
    },
  };
}
