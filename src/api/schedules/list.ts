import { join } from "node:path";
import { z } from "@hono/zod-openapi";
import { operation } from "../operation.ts";
import { isoTime } from "../schemas.ts";
import { expression, fireStatus, runId, scriptRel } from "./schemas.ts";

/** GET /api/v1/exec/schedules/list: every script that runs by itself. */
export const list = operation({
  id: "schedules.list",
  method: "get",
  path: "/api/v1/exec/schedules/list",
  summary: "List scheduled scripts",
  description: "Right after a start it waits until every script has been read.",
  response: z
    .object({
      total: z.int(),
      schedules: z.array(
        z
          .object({
            scriptPath: z.string().openapi({ description: "Absolute" }),
            scriptRel,
            subdomain: z.string(),
            execId: z
              .string()
              .nullable()
              .openapi({ description: "null for a script that several deployments share" }),
            vmCacheKey: z
              .string()
              .openapi({ example: "default/1", description: "Deployment whose state its runs share" }),
            expression,
            timeoutMs: z.int().openapi({ description: "Longest run in milliseconds; 0 for no limit" }),
            registeredAt: isoTime,
            nextFire: isoTime.nullable().openapi({ description: "null when there is none" }),
            lastFireAt: isoTime.nullable(),
            lastFireStatus: fireStatus.nullable(),
            lastFireRunId: runId.nullable(),
          })
          .openapi("Schedule"),
      ),
    })
    .openapi("ScheduleList"),
  async handle(_input, { schedules, scripts }) {
    await schedules.ready();
    const { table } = schedules;
    const rows = table.list().map((schedule) => {
      const last = table.lastFireOf(schedule.file);
      return {
        scriptPath: join(scripts.root, schedule.file),
        scriptRel: schedule.file,
        subdomain: schedule.deployment.subdomain,
        execId: schedule.execId,
        vmCacheKey: schedule.deployment.key,
        expression: schedule.expression,
        timeoutMs: schedule.timeoutMs,
        registeredAt: schedule.registeredAt.toISOString(),
        nextFire: Number.isFinite(schedule.dueMs) ? new Date(schedule.dueMs).toISOString() : null,
        lastFireAt: last?.ts ?? null,
        lastFireStatus: last?.status ?? null,
        lastFireRunId: last?.runId ?? null,
      };
    });
    return { total: rows.length, schedules: rows };
  },
});
