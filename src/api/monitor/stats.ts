import { z } from "@hono/zod-openapi";
import { readMemoryUse } from "../../metrics/process-info.ts";
import { operation } from "../operation.ts";

const count = z.int();
const perSecond = z.number().openapi({ description: "Requests per second" });

/** GET /api/v1/exec/monitor/stats: the whole server in figures. */
export const stats = operation({
  id: "monitor.getStats",
  method: "get",
  path: "/api/v1/exec/monitor/stats",
  summary: "Report requests, sockets, memory and caches of the whole server",
  description: "Counts begin with the process. A script request that has not finished is only active.",
  query: z.strictObject({}),
  response: z
    .object({
      uptime: z.int().openapi({ description: "Seconds since this server process started" }),
      memory: z.object({
        used: count.openapi({ description: "Bytes of the heap in use" }),
        total: count.openapi({ description: "Bytes of the heap" }),
        percentage: z.number(),
        rss: count.openapi({ description: "Resident bytes" }),
        external: count.openapi({ description: "Bytes held outside of the heap" }),
      }),
      cache: z.object({
        scripts: count.openapi({ description: "Scripts that are recorded one by one" }),
        vms: count.openapi({ description: "Deployments with a live context" }),
        sharedStates: count.openapi({ description: "Deployments with shared state" }),
        activeWsHostnames: count.openapi({ description: "Deployments with an open socket" }),
      }),
      requests: z.object({
        total: count,
        success: count,
        errors: count.openapi({ description: "Answers with 500 and above, throws and timeouts" }),
        activeHttp: count,
        perSecond: perSecond.openapi({ description: "Over the whole uptime" }),
        per1m: perSecond,
        per5m: perSecond,
        per15m: perSecond,
      }),
      websocket: z.object({
        opened: count,
        closed: count,
        active: count,
        normalCloses: count.openapi({ description: "With 1000 or 1001" }),
        abnormalCloses: count,
      }),
      cron: z.object({
        fires: count.openapi({ description: "Attempts, skipped ones included" }),
        errors: count,
        active: count,
        wrapperActive: count.openapi({ description: "Runs whose slot is still held" }),
      }),
      droppedScripts: count.openapi({ description: "Scripts for which --metrics-scripts-cap left no room" }),
      sinceMs: count.openapi({ description: "When the process started, in epoch milliseconds" }),
    })
    .openapi("ServerStats"),
  failures: ["invalidInput"],
  handle(_input, { recorder, sockets, caches, shared, schedules, clock, startedAt }) {
    const { totals, scripts } = recorder;
    const memory = readMemoryUse();
    const { opened, closed, active, normalCloses, abnormalCloses } = sockets;
    const withSockets = scripts.entries().filter((entry) => entry.sockets.active > 0);
    return {
      uptime: Math.floor((clock.now().getTime() - startedAt.getTime()) / 1000),
      memory: { ...memory, percentage: toHundredths((memory.used / memory.total) * 100) },
      cache: {
        scripts: scripts.size,
        vms: caches.keys().length,
        sharedStates: shared.keys().length,
        activeWsHostnames: new Set(withSockets.map(({ deploymentKey }) => deploymentKey)).size,
      },
      requests: {
        total: totals.requests,
        success: totals.requests - totals.errors,
        errors: totals.errors,
        activeHttp: totals.activeHttp,
        perSecond: toThousandths(recorder.requestsPerLifetime()),
        per1m: toThousandths(recorder.requestsPer(60)),
        per5m: toThousandths(recorder.requestsPer(300)),
        per15m: toThousandths(recorder.requestsPer(900)),
      },
      websocket: { opened, closed, active, normalCloses, abnormalCloses },
      cron: { ...schedules.totals },
      droppedScripts: scripts.dropped,
      sinceMs: startedAt.getTime(),
    };
  },
});

/** Rates of quiet servers are small. */
function toThousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function toHundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
