import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scriptRel } from "./schemas.ts";

/** POST /api/v1/exec/schedules/reload: reads the schedules of all scripts again. */
export const reload = operation({
  id: "schedules.reload",
  method: "post",
  path: "/api/v1/exec/schedules/reload",
  summary: "Read all schedules again",
  description:
    "Compares with the last reload, or the start. What was edited on disk since has been followed already and is told here.",
  body: z
    .object({ dry_run: z.boolean().default(false).openapi({ description: "Only tell what would change" }) })
    .openapi("ScheduleReload"),
  response: z
    .object({
      dry_run: z.boolean(),
      added: z.array(scriptRel),
      kept: z.array(scriptRel),
      removed: z.array(scriptRel),
      failed: z
        .array(z.object({ path: scriptRel, reason: z.string() }))
        .optional()
        .openapi({ description: "Scripts whose @schedule cannot be used; absent when there are none" }),
    })
    .openapi("ScheduleReloaded"),
  failures: ["invalidInput", "schedulerUnavailable", ...READ_FAILURES],
  async handle({ body: { dry_run } }, { schedules }) {
    if (!schedules.isOn) throw new ExecError("schedulerUnavailable");
    const { failed, ...changes } = await schedules.reload({ isDry: dry_run });
    return { dry_run, ...changes, ...(failed.length === 0 ? {} : { failed }) };
  },
});
