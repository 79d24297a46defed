import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { operation } from "../operation.ts";

/** POST /api/v1/exec/system/restart: replaces the server process; the answer goes out first. */
export const restart = operation({
  id: "system.restartServer",
  method: "post",
  path: "/api/v1/exec/system/restart",
  summary: "Replace the server process",
  description:
    "Graceful: a new process takes over the port, and this one finishes what it has begun, at most for drainTimeoutMs; " +
    "no request fails. Otherwise what runs is cut off. A restart that is wished for while another one begins joins it.",
  body: z
    .object({
      graceful: z.boolean().default(true),
      drainTimeoutMs: z.unknown().optional().openapi({
        type: "integer",
        minimum: 1,
        default: 5000,
        description: "Longest wait for running requests; when left out, what --drain-timeout says",
      }),
      reason: z.string().default("API restart request").openapi({ description: "For the log" }),
    })
    .openapi("Restart"),
  status: 202,
  response: z
    .object({
      status: z.literal("restarting"),
      graceful: z.boolean(),
      drainTimeoutMs: z.int().openapi({ description: "0 when not graceful" }),
      activeRequests: z.int(),
      reason: z.string(),
      message: z.string(),
    })
    .openapi("Restarting"),
  failures: ["invalidInput", "internal"],
  handle({ body }, { config, executions, restarts }) {
    const { graceful, reason } = body;
    const wishedMs = readDrainTimeout(body.drainTimeoutMs, config.drainTimeout);
    const drainTimeoutMs = graceful ? wishedMs : 0;
    if (restarts === null) {
      throw new ExecError("internal", undefined, { details: { reason: "restart handler unavailable" } });
    }
    restarts.restart({ graceful, drainTimeoutMs, reason });
    const message = graceful
      ? `The server restarts; running requests have ${drainTimeoutMs} ms to finish`
      : "The server restarts now";
    return {
      status: "restarting",
      graceful,
      drainTimeoutMs,
      activeRequests: executions.size,
      reason,
      message,
    };
  },
});

function readDrainTimeout(given: unknown, fallbackMs: number): number {
  if (given === undefined) return fallbackMs;
  if (Number.isSafeInteger(given) && (given as number) > 0) return given as number;
  throw new ExecError("invalidInput", "Invalid restart options", {
    details: { field: "drainTimeoutMs", reason: "must be a positive integer" },
  });
}
