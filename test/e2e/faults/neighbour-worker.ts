import { parentPort } from "node:worker_threads";
import { until } from "../../support/until.ts";
import { type Neighbour, startNeighbour } from "./neighbour.ts";
import type { NeighbourOrder, NeighbourReport } from "./neighbour-thread.ts";

/** Calls that are answered before the thread says that it has begun; they are not counted. */
const WARM_UP_CALLS = 20;

let neighbour: Neighbour | null = null;

parentPort?.on("message", async (order: NeighbourOrder) => {
  if (order.kind === "start") {
    await neighbour?.stop();
    const first = startNeighbour(order, order);
    await until(
      () => first.calls,
      (calls) => calls >= WARM_UP_CALLS,
    );
    await first.stop();
    neighbour = startNeighbour(order, order);
    parentPort?.postMessage(null);
    return;
  }
  await neighbour?.stop();
  if (neighbour === null) throw new Error("Cannot stop a neighbour that was not started");
  const { calls, complaints } = neighbour;
  parentPort?.postMessage({ calls, complaints, ...neighbour.waits() } satisfies NeighbourReport);
});
