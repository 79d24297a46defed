import { isAbsolute, relative } from "node:path";
import { z } from "@hono/zod-openapi";
import type { ScriptMetrics } from "../../metrics/script-metrics.ts";
import { DEFAULT_DEPLOYMENT, parseDeployment } from "../../scripts/deployment.ts";
import { operation } from "../operation.ts";
import { HttpFigures, scriptFigures, toMicros, toScriptFigures } from "./schemas.ts";

const ScriptPerformance = z
  .object({
    ...scriptFigures,
    period: z.literal("lifetime"),
    http: HttpFigures.extend({
      recentDurationsMs: z.array(z.number()).openapi({ description: "The last hundred, the latest last" }),
    }),
  })
  .openapi("ScriptPerformance");

/** POST /api/v1/exec/monitor/script-performance: one script in figures. */
export const scriptPerformance = operation({
  id: "monitor.getScriptPerformance",
  method: "post",
  path: "/api/v1/exec/monitor/script-performance",
  summary: "Report requests, durations and sockets of one script",
  description:
    "Without a script, or with one that was not called since the process started, metrics is empty.",
  body: z.object({
    scriptPath: z
      .string()
      .nullish()
      .openapi({
        example: "/users/[id]",
        description:
          "Route of the script, its file below the scripts directory, or its absolute path. A route means the " +
          "deployment that the Host names, else the one that was called last",
      }),
  }),
  malformedBody: "Invalid request body",
  response: z
    .object({ metrics: z.union([ScriptPerformance, z.strictObject({})]) })
    .openapi("ScriptPerformanceAnswer"),
  failures: ["invalidInput", "invalidJson"],
  handle({ body }, { recorder, config }, { host }) {
    const asked = body.scriptPath ?? "";
    const entry = find(recorder.scripts.entries(), asked, { host, root: config.scriptsDir });
    if (entry === null) return { metrics: {} };
    const { http, ...figures } = toScriptFigures(entry, recorder);
    const recentDurationsMs = entry.durations.recent().map(toMicros);
    return { metrics: { ...figures, period: "lifetime" as const, http: { ...http, recentDurationsMs } } };
  },
});

function find(
  entries: readonly ScriptMetrics[],
  asked: string,
  { host, root }: { readonly host: string; readonly root: string },
): ScriptMetrics | null {
  const file = isAbsolute(asked) ? relative(root, asked) : asked;
  const [newest] = entries
    .filter((each) => each.scriptPath === asked || each.file === file)
    .sort((one, other) => other.lastActivityMs - one.lastActivityMs);
  const { key } = parseDeployment(host) ?? DEFAULT_DEPLOYMENT;
  return entries.find((each) => each.scriptPath === asked && each.deploymentKey === key) ?? newest ?? null;
}
