import { z } from "@hono/zod-openapi";
import { ActiveRequest, toActiveRequest } from "../active-request.ts";
import { operation } from "../operation.ts";
import { isoTime } from "../schemas.ts";

/** GET /api/v1/exec/system/restart-status: whether the server can be replaced, and what would have to finish first. */
export const restartStatus = operation({
  id: "system.getRestartStatus",
  method: "get",
  path: "/api/v1/exec/system/restart-status",
  summary: "Report whether the server can restart, and what runs",
  query: z.strictObject({}),
  response: z
    .object({
      canRestart: z.boolean().openapi({ description: "Whether a parent process can replace this one" }),
      uptime: z.int().openapi({ description: "Seconds since this server process started" }),
      uptimeFormatted: z.string().openapi({ example: "1d 0h 0m" }),
      activeRequests: z.int().openapi({ description: "Script requests that have not finished" }),
      active: z.array(ActiveRequest),
      restartReady: z.boolean().openapi({ description: "Whether it can restart and nothing runs" }),
      lastReplacement: z
        .object({
          reason: z.enum(["crashed", "stalled"]),
          script: z
            .string()
            .nullable()
            .openapi({ description: "The script whose code ran then; null when that is not certain" }),
          line: z
            .int()
            .nullable()
            .openapi({ description: "Always null: a server that is stuck cannot tell where in the script" }),
          at: isoTime,
        })
        .optional()
        .openapi({ description: "Why the parent had to replace the server, the last time it did" }),
    })
    .openapi("RestartStatus"),
  failures: ["invalidInput"],
  handle(_input, { executions, restarts, clock, startedAt }) {
    const now = clock.now().getTime();
    const uptime = Math.floor((now - startedAt.getTime()) / 1000);
    const lastReplacement = restarts?.lastReplacement ?? null;
    return {
      canRestart: restarts !== null,
      uptime,
      uptimeFormatted: formatUptime(uptime),
      activeRequests: executions.size,
      active: executions.list().map((each) => toActiveRequest(each, now)),
      restartReady: restarts !== null && executions.size === 0,
      ...(lastReplacement === null ? {} : { lastReplacement }),
    };
  },
});

/** 86,400 → `1d 0h 0m`. */
function formatUptime(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d ${hours % 24}h ${minutes % 60}m`;
}
