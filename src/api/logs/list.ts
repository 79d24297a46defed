import { z } from "@hono/zod-openapi";
import { READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { clampedInteger } from "../schemas.ts";
import { LogEntry, logType } from "./schemas.ts";

const LIMIT_MAX = 10_000;

/** The log files of all deployments, the last written first. */
export const list = operation({
  id: "logs.list",
  method: "get",
  path: "/api/v1/exec/logs/list",
  summary: "List log files",
  description: "Empty until a script with a log directive has been called.",
  query: z.object({
    type: logType,
    limit: clampedInteger({ min: 1, max: LIMIT_MAX }).optional(),
  }),
  response: z
    .object({
      directory: z.string().nullable().openapi({ description: "null until there is one" }),
      count: z.int(),
      logs: z.array(LogEntry),
    })
    .openapi("LogList"),
  failures: ["invalidInput", ...READ_FAILURES],
  async handle({ query }, { logs }) {
    const { directory } = logs;
    await logs.flush();
    const found = (await directory.list())
      .filter(({ type }) => query.type === "all" || type === query.type)
      .slice(0, query.limit ?? LIMIT_MAX)
      .map(({ file, type, size, modified }) => ({
        name: file,
        file,
        type,
        size,
        modified: modified.toISOString(),
      }));
    return {
      directory: (await directory.exists()) ? directory.root : null,
      count: found.length,
      logs: found,
    };
  },
});
