import { z } from "@hono/zod-openapi";
import { redactUrl } from "../base/redact.ts";
import type { RunningExecution } from "../services.ts";
import { isoTime } from "./schemas.ts";

/** A script request that has not finished (control-api.md §2). */
export const ActiveRequest = z
  .object({
    executionId: z.string(),
    scriptPath: z.string().openapi({ example: "/users/[id]", description: "Route of the script" }),
    hostname: z.string(),
    clientIp: z.string(),
    method: z.string(),
    url: z.string().openapi({ example: "/hello?token=***", description: "Secrets are masked" }),
    startedAt: isoTime,
    duration: z.int().openapi({ description: "Milliseconds so far" }),
  })
  .openapi("ActiveRequest");

/** @param now Epoch milliseconds. */
export function toActiveRequest({ startedAt, url, ...rest }: RunningExecution, now: number) {
  return {
    ...rest,
    url: redactUrl(url),
    startedAt: startedAt.toISOString(),
    duration: now - startedAt.getTime(),
  };
}
