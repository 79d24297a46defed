import { Worker } from "node:worker_threads";
import type { ServerProcess } from "../../support/process.ts";
import type { Neighbour } from "./neighbour.ts";

/** What a {@link NeighbourThread} has seen. */
export type NeighbourReport = Pick<Neighbour, "calls" | "complaints"> & ReturnType<Neighbour["waits"]>;

/** A neighbour that calls from a thread of its own: what this one does to the server delays none of its calls. */
export interface NeighbourThread {
  /** Forgets the calls so far; resolves when new ones are counted. */
  restart(): Promise<void>;
  /** Ends it, once its last call is answered. */
  stop(): Promise<NeighbourReport>;
}

/** What is sent to the thread. */
export type NeighbourOrder =
  | { readonly kind: "start"; readonly url: string; readonly everyMs: number }
  | { readonly kind: "stop" };

/** Starts one; it has been answered some times when this resolves. */
export async function neighbourThread(
  server: Pick<ServerProcess, "url">,
  { everyMs }: { readonly everyMs: number },
): Promise<NeighbourThread> {
  const worker = new Worker(new URL("./neighbour-worker.ts", import.meta.url));
  const ask = <T>(order: NeighbourOrder): Promise<T> =>
    new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.postMessage(order);
    });
  const start = () => ask<void>({ kind: "start", url: server.url, everyMs });
  await start();
  return {
    restart: start,
    async stop() {
      try {
        return await ask<NeighbourReport>({ kind: "stop" });
      } finally {
        await worker.terminate();
      }
    },
  };
}
