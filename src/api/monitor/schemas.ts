import { z } from "@hono/zod-openapi";
import type { Recorder } from "../../metrics/recorder.ts";
import type { ScriptMetrics } from "../../metrics/script-metrics.ts";
import { isoTime } from "../schemas.ts";

const ms = z.number().openapi({ description: "Milliseconds" });

/** HTTP requests of one script (metrics.md §3). */
export const HttpFigures = z
  .object({
    total: z.int(),
    success: z.int(),
    errors: z.int().openapi({ description: "Answers with 500 and above, throws and timeouts" }),
    meanDurationMs: ms,
    p50DurationMs: ms.openapi({ description: "Of the last 256 requests" }),
    p95DurationMs: ms.openapi({ description: "Of the last 256 requests" }),
    maxDurationMs: ms,
  })
  .openapi("HttpFigures");

/** Sockets of one script (metrics.md §3). */
export const SocketFigures = z
  .object({
    opened: z.int(),
    closed: z.int(),
    normalCloses: z.int().openapi({ description: "With 1000 or 1001" }),
    abnormalCloses: z.int(),
    meanSessionMs: ms.openapi({ description: "Of closed sockets" }),
    maxSessionMs: ms.openapi({ description: "Of closed sockets" }),
  })
  .openapi("SocketFigures");

/** What both views of one script show. */
export const scriptFigures = {
  scriptPath: z.string().openapi({ example: "/users/[id]", description: "Route of the script" }),
  activeHttp: z.int().openapi({ description: "Requests that have not finished, streams included" }),
  activeWs: z.int().openapi({ description: "Open sockets" }),
  http: HttpFigures,
  ws: SocketFigures,
  firstSeenAt: isoTime,
  lastActivityAt: isoTime,
};

/** The same of one entry. */
export function toScriptFigures(entry: ScriptMetrics, recorder: Recorder) {
  const { scriptPath, durations, errors, sockets, activeHttp, firstSeenMs, lastActivityMs } = entry;
  const [p50 = 0, p95 = 0] = durations.percentiles(50, 95);
  return {
    scriptPath,
    activeHttp,
    activeWs: sockets.active,
    http: {
      total: durations.count,
      success: durations.count - errors,
      errors,
      meanDurationMs: toMicros(durations.meanMs),
      p50DurationMs: toMicros(p50),
      p95DurationMs: toMicros(p95),
      maxDurationMs: toMicros(durations.maxMs),
    },
    ws: {
      opened: sockets.opened,
      closed: sockets.closed,
      normalCloses: sockets.normalCloses,
      abnormalCloses: sockets.abnormalCloses,
      meanSessionMs: toMicros(sockets.sessionMsMean),
      maxSessionMs: toMicros(sockets.sessionMsMax),
    },
    firstSeenAt: recorder.toDate(firstSeenMs).toISOString(),
    lastActivityAt: recorder.toDate(lastActivityMs).toISOString(),
  };
}

/** Milliseconds to three decimals: what is finer is noise of the clock. */
export function toMicros(durationMs: number): number {
  return Math.round(durationMs * 1_000) / 1_000;
}
