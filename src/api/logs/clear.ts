import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import type { LogDirectory, LogFile } from "../../logs/directory.ts";
import { WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { logFile, logType } from "./schemas.ts";

const DAY_MS = 86_400_000;
const UNCONFIRMED = "confirm=true parameter required for safety";
const NO_DAYS = "olderThanDays must be a number of at least 0";

/** Removes log files; lines that are written later begin a new one. */
export const clear = operation({
  id: "logs.clear",
  method: "delete",
  path: "/api/v1/exec/logs/clear",
  summary: "Remove log files",
  description: "Without file, type and olderThanDays all of them.",
  query: z.object({
    file: logFile.optional(),
    type: logType,
    olderThanDays: z
      .string()
      .regex(/^\d+(?:\.\d+)?$/, { error: NO_DAYS })
      .transform(Number)
      .optional()
      .openapi({ type: "number", minimum: 0, description: "Days since the last line" }),
    confirm: z.string().optional().openapi({ example: "true", description: "Must be the word true" }),
  }),
  response: z
    .object({
      deleted: z.int(),
      totalSize: z.int().openapi({ description: "Bytes" }),
      message: z.string().openapi({ example: "Deleted 2 log files" }),
    })
    .openapi("LogsCleared"),
  failures: ["invalidInput", "logNameInvalid", "logMissing", ...WRITE_FAILURES],
  async handle({ query }, { logs, clock }) {
    if (query.confirm !== "true") {
      throw new ExecError("invalidInput", UNCONFIRMED, {
        details: { field: "confirm", reason: "must be true" },
      });
    }
    const { directory } = logs;
    const youngestMs =
      query.olderThanDays === undefined
        ? Number.POSITIVE_INFINITY
        : clock.now().getTime() - query.olderThanDays * DAY_MS;
    let deleted = 0;
    let totalSize = 0;
    // What waits belongs to the time before.
    await logs.flush();
    for (const { file, type, size, modified } of await chosen(directory, query.file)) {
      const isMeant = query.type === "all" || type === query.type;
      if (!isMeant || modified.getTime() > youngestMs || !(await directory.remove(file))) continue;
      deleted++;
      totalSize += size;
    }
    return { deleted, totalSize, message: `Deleted ${deleted} log ${deleted === 1 ? "file" : "files"}` };
  },
});

/** @throws {ExecError} `logMissing`, `logNameInvalid` for a file that was named. */
async function chosen(directory: LogDirectory, name: string | undefined): Promise<readonly LogFile[]> {
  if (name !== undefined) await directory.locate(name);
  const all = await directory.list();
  return name === undefined ? all : all.filter(({ file }) => file === name);
}
