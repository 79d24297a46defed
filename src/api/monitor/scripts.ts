import { z } from "@hono/zod-openapi";
import type { ScriptMetrics } from "../../metrics/script-metrics.ts";
import type { SharedState } from "../../state/shared-state.ts";
import { operation } from "../operation.ts";
import { clampedInteger, isoTime } from "../schemas.ts";
import { scriptFigures, toScriptFigures } from "./schemas.ts";

/** TABLE: order → what comes first, the larger before the smaller. */
const ORDERS = {
  lastActivity: ({ lastActivityMs }) => lastActivityMs,
  requests: ({ durations }) => durations.count,
  errors: ({ errors }) => errors,
  p95: ({ durations }) => durations.percentiles(95)[0] ?? 0,
  ws_active: ({ sockets }) => sockets.active,
} as const satisfies Readonly<Record<string, (entry: ScriptMetrics) => number>>;

type Order = keyof typeof ORDERS;

/** GET /api/v1/exec/monitor/scripts: every script that was called, in figures. */
export const scripts = operation({
  id: "monitor.listMonitorScripts",
  method: "get",
  path: "/api/v1/exec/monitor/scripts",
  summary: "List the scripts that were called, with requests, durations, sockets and last errors",
  description:
    "Figures begin with the first call since the process started. They outlast a change of the script and " +
    "cache/clear, until another script needs the room (--metrics-scripts-cap).",
  query: z.object({
    limit: clampedInteger({ min: 1, max: 500 }).default(100),
    sort: z.enum(Object.keys(ORDERS) as [Order, ...Order[]]).default("lastActivity"),
  }),
  response: z
    .object({
      count: z.int().openapi({ description: "Scripts listed here" }),
      total: z.int().openapi({ description: "Scripts recorded" }),
      scripts: z.array(
        z
          .object({
            ...scriptFigures,
            hostname: z.string().openapi({ example: "default/1", description: "Key of the deployment" }),
            vmCached: z.boolean().openapi({ description: "Whether the deployment has a live context" }),
            sharedStateBytes: z
              .int()
              .nullable()
              .openapi({ description: "Of the deployment's shared state as JSON; null when it has none" }),
            concurrentRunning: z
              .int()
              .openapi({ description: "Requests whose script runs now: not those that wait for a place" }),
            recentErrors: z
              .array(
                z.object({
                  timestamp: isoTime,
                  statusCode: z.int(),
                  message: z.string().openapi({ description: "One line, secrets masked" }),
                  executionId: z.string(),
                }),
              )
              .openapi({ description: "The last eight, newest first" }),
          })
          .openapi("MonitoredScript"),
      ),
    })
    .openapi("MonitoredScripts"),
  failures: ["invalidInput"],
  handle({ query }, { recorder, caches, shared, executions }) {
    const entries = recorder.scripts.entries();
    const running = executions.countByScript();
    const cached = new Set(caches.keys());
    const stateBytes = new Map<string, number | null>();
    const listed = sorted(entries, query.sort).slice(0, query.limit);
    for (const { deploymentKey: key } of listed)
      if (!stateBytes.has(key)) stateBytes.set(key, measure(key, shared));
    return {
      count: listed.length,
      total: entries.length,
      scripts: listed.map((entry) => ({
        ...toScriptFigures(entry, recorder),
        hostname: entry.deploymentKey,
        vmCached: cached.has(entry.deploymentKey),
        sharedStateBytes: stateBytes.get(entry.deploymentKey) ?? null,
        concurrentRunning: running.get(entry) ?? 0,
        recentErrors: entry.recentErrors.map((each) => ({
          ...each,
          timestamp: each.timestamp.toISOString(),
        })),
      })),
    };
  },
});

function sorted(entries: readonly ScriptMetrics[], order: Order): readonly ScriptMetrics[] {
  const figureOf = ORDERS[order];
  return entries
    .map((entry) => ({ entry, figure: figureOf(entry) }))
    .sort((one, other) => other.figure - one.figure || other.entry.lastActivityMs - one.entry.lastActivityMs)
    .map(({ entry }) => entry);
}

function measure(key: string, shared: SharedState): number | null {
  const reading = shared.get(key, null);
  return reading.kind === "found" ? reading.sizeBytes : null;
}
