import { z } from "@hono/zod-openapi";
import { isoTime } from "../schemas.ts";

/** Name of a log as callers give it. */
export const logFile = z
  .string()
  .openapi({ example: "default-1.log", description: "A name that logs/list gives" });

/** What a log holds; `all` is no constraint. */
export const logType = z.enum(["all", "request", "access", "cron", "other"]).default("all");

/** A log file in a list. */
export const LogEntry = z
  .object({
    name: logFile,
    file: logFile.openapi({ description: "The same as name" }),
    type: z.enum(["request", "access", "cron", "other"]),
    size: z.int().openapi({ description: "Bytes" }),
    modified: isoTime,
  })
  .openapi("LogEntry");
