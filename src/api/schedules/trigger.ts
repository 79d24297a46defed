import { randomUUID } from "node:crypto";
import { z } from "@hono/zod-openapi";
import { ExecError, isExecError } from "../../errors/exec-error.ts";
import { placeOf, readSchedule } from "../../schedules/reading.ts";
import { DEFAULT_DEPLOYMENT, type Deployment, parseDeployment } from "../../scripts/deployment.ts";
import { isRouteFile } from "../../scripts/exclude.ts";
import type { ScriptStore } from "../../scripts/store.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { filesAt, fireStatus, runId, scriptRel } from "./schemas.ts";

/** POST /api/v1/exec/schedules/trigger: runs a scheduled script now, as its schedule would. */
export const trigger = operation({
  id: "schedules.trigger",
  method: "post",
  path: "/api/v1/exec/schedules/trigger",
  summary: "Run a scheduled script now",
  description: "Answers when the run has ended, or its time limit is over.",
  body: z
    .object({
      scriptPath: z
        .string({
          error: ({ input }) =>
            input === undefined ? "scriptPath is required" : "scriptPath must be a string",
        })
        .min(1, { error: "scriptPath is required" })
        .openapi({
          example: "default/1/tick.js",
          description: "Absolute, relative to the scripts directory, or to the deployment of the Host",
        }),
      force: z
        .boolean({ error: "force must be a boolean" })
        .default(false)
        .openapi({ description: "Also when the script has @token" }),
    })
    .openapi("ScheduleTrigger"),
  response: z
    .object({
      triggered: z.boolean().openapi({ description: "Whether the script ran" }),
      scriptPath: scriptRel,
      runId,
      status: z.enum([...fireStatus.options, "stale_generation", "unregistered", "scheduler_not_ready"]),
      durationMs: z.int(),
      error: z.string().optional(),
    })
    .openapi("ScheduleTriggered"),
  failures: [
    "invalidInput",
    "tokenProtected",
    "scriptMissing",
    "schedulerUnavailable",
    ...PATH_FAILURES,
    ...READ_FAILURES,
  ],
  async handle({ body }, { schedules, fireLog, scripts, config }, { host, whileOpen }) {
    if (!schedules.isOn) throw new ExecError("schedulerUnavailable");
    const deployment = parseDeployment(host) ?? DEFAULT_DEPLOYMENT;
    const { file, source } = await findScript(scripts, body.scriptPath, deployment);
    if (!isRouteFile(file)) throw notSchedulable("script is not schedulable");
    const reading = readSchedule(source);
    if (reading.kind === "none") throw notSchedulable("script has no @schedule directive");
    if (reading.kind === "unusable") throw notSchedulable("script is not schedulable", reading.reason);
    if (reading.hasToken && !body.force && !config.schedulesTriggerAllowToken) {
      throw new ExecError("tokenProtected", undefined, { details: { field: "force", hasToken: true } });
    }
    if (schedules.isPaused) return notReady(file);
    const record = await whileOpen(schedules.fire({ file, ...placeOf(file), ...reading }));
    await fireLog.flushed();
    const { runId, status, durationMs, error } = record;
    return {
      triggered: RAN.has(status),
      scriptPath: file,
      runId,
      status,
      durationMs,
      ...(error === undefined ? {} : { error }),
    };
  },
});

/** While the server stops: the one after it will run scripts. */
function notReady(scriptPath: string) {
  const status = "scheduler_not_ready" as const;
  return { triggered: false, scriptPath, runId: randomUUID(), status, durationMs: 0 };
}

const RAN: ReadonlySet<string> = new Set(["ok", "error", "timeout"]);

async function findScript(scripts: ScriptStore, path: string, deployment: Deployment) {
  for (const file of filesAt(scripts, path, deployment)) {
    try {
      return { file, source: (await scripts.readText(file)).text };
    } catch (error) {
      if (isExecError(error) && error.kind === "invalidInput")
        throw notSchedulable("script is not schedulable");
      if (!isExecError(error) || error.kind !== "scriptMissing") throw error;
    }
  }
  throw new ExecError("scriptMissing", "script not found");
}

function notSchedulable(message: string, reason = message): ExecError {
  return new ExecError("invalidInput", message, { details: { field: "scriptPath", reason } });
}
