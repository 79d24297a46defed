import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { executionTest, findExecution } from "../../logs/executions.ts";
import { readLog } from "../../logs/reader.ts";
import { READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { isoTime } from "../schemas.ts";
import { logFile } from "./schemas.ts";

const NEITHER = "file or executionId is required";

/** Lines from one end of a log, or those of one execution. */
export const read = operation({
  id: "logs.read",
  method: "post",
  path: "/api/v1/exec/logs/read",
  summary: "Read lines of a log",
  description:
    "Of lines over 1 MB the beginning is shown, and an answer holds 16 MB of lines. executionId alone finds the file " +
    "that holds its lines; together with file it narrows that one down.",
  body: z
    .object({
      file: logFile.optional(),
      executionId: z.string().max(128).optional().openapi({ description: "As in X-Execution-Id" }),
      lines: z.int().min(1).max(10_000).default(100),
      tail: z.boolean().default(true).openapi({ description: "The last lines, else the first" }),
      search: z.string().max(1024).optional().openapi({ description: "Text of wanted lines, in any case" }),
    })
    .openapi("LogRead"),
  response: z
    .object({
      file: logFile,
      totalLines: z.int().openapi({ description: "Estimated for files over 64 MB that are not searched" }),
      filteredLines: z.int().openapi({ description: "Lines that were looked for" }),
      returnedLines: z.int(),
      lines: z.array(z.string()),
      size: z.int().openapi({ description: "Bytes" }),
      modified: isoTime,
    })
    .openapi("LogLines"),
  failures: ["invalidInput", "logNameInvalid", "logMissing", ...READ_FAILURES],
  async handle({ body }, { logs }) {
    const { file, executionId, lines: count, tail, search } = body;
    await logs.flush();
    const chosen = file || (executionId ? await findExecution(logs.directory, executionId) : null);
    if (chosen === null) {
      throw new ExecError("invalidInput", NEITHER, { details: { field: "file", reason: NEITHER } });
    }
    const { handle, stats } = await logs.directory.open(chosen);
    try {
      const isOwnFile = chosen.startsWith("executions/");
      const ofExecution = executionId && !isOwnFile ? executionTest(executionId) : null;
      const found = await readLog(handle, stats.size, {
        count,
        isTail: tail,
        isWanted: both(ofExecution, search ? textTest(search) : null),
      });
      return {
        file: chosen,
        totalLines: found.totalCount,
        filteredLines: found.wantedCount,
        returnedLines: found.lines.length,
        lines: found.lines,
        size: stats.size,
        modified: stats.mtime.toISOString(),
      };
    } finally {
      await handle.close();
    }
  },
});

type Test = (line: string) => boolean;

function both(one: Test | null, other: Test | null): Test | null {
  if (one === null || other === null) return one ?? other;
  return (line) => one(line) && other(line);
}

function textTest(text: string): Test {
  const lowered = text.toLowerCase();
  return (line) => line.toLowerCase().includes(lowered);
}
