import { z } from "@hono/zod-openapi";
import { DEFAULT_DEPLOYMENT, parseDeployment } from "../../scripts/deployment.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { clampedInteger, isoTime, queryBoolean } from "../schemas.ts";
import { expression, filesAt, fireStatus, runId, scriptRel } from "./schemas.ts";

/** Date, or date and time with seconds that may be left out and an offset that may be left out (then UTC). */
const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** GET /api/v1/exec/schedules/history: how scheduled runs ended. */
export const history = operation({
  id: "schedules.history",
  method: "get",
  path: "/api/v1/exec/schedules/history",
  summary: "Read how scheduled runs ended",
  description: "Newest first.",
  query: z.object({
    scriptPath: z
      .string()
      .optional()
      .openapi({ example: "default/1/tick.js", description: "Of this script only" }),
    since: z
      .string()
      .transform((text, context) => {
        const atMs = ISO.test(text) ? Date.parse(withOffset(text)) : Number.NaN;
        if (!Number.isNaN(atMs)) return new Date(atMs).toISOString();
        context.addIssue("since must be ISO 8601");
        return z.NEVER;
      })
      .optional()
      .openapi({ type: "string", format: "date-time", description: "Runs that began then or later" }),
    limit: clampedInteger({ min: 1, max: 1000 }).default(100),
    includeRotated: queryBoolean.default(false).openapi({ description: "Also files that were put aside" }),
  }),
  response: z
    .object({
      total: z.int().openapi({ description: "All that fit, also beyond the limit" }),
      limit: z.int(),
      includeRotated: z.boolean(),
      entries: z.array(
        z
          .object({
            ts: isoTime,
            scriptPath: scriptRel,
            expression,
            runId,
            status: fireStatus,
            durationMs: z.int(),
            returnPreview: z
              .string()
              .optional()
              .openapi({ description: "First 200 characters of the result as JSON" }),
            error: z.string().optional().openapi({ description: "First 500 characters" }),
          })
          .openapi("ScheduleFire"),
      ),
    })
    .openapi("ScheduleHistory"),
  failures: ["invalidInput", ...PATH_FAILURES, ...READ_FAILURES],
  async handle({ query: { scriptPath, since, limit, includeRotated } }, { fireLog, scripts }, { host }) {
    const deployment = parseDeployment(host) ?? DEFAULT_DEPLOYMENT;
    const scriptPaths = scriptPath === undefined ? null : new Set(filesAt(scripts, scriptPath, deployment));
    const { total, entries } = await fireLog.query({
      scriptPaths,
      since: since ?? null,
      limit,
      includeRotated,
    });
    return { total, limit, includeRotated, entries };
  },
});

/** A time without an offset would be read in the zone of the machine. */
function withOffset(text: string): string {
  return text.includes("T") && !/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text;
}
