import { ExecError, isExecError } from "../errors/exec-error.ts";
import type { LogDirectory } from "./directory.ts";
import { requireLogName } from "./names.ts";
import { readLog } from "./reader.ts";

/**
 * The log that holds the lines of an execution: one of its own, else the first among those of the deployments.
 *
 * @throws {ExecError} `logMissing` when none does; `logNameInvalid` for what can be no id.
 */
export async function findExecution(directory: LogDirectory, executionId: string): Promise<string> {
  const own = `executions/${executionId}/execution.log`;
  requireLogName(own);
  if ((await directory.stat(own)) !== null) return own;
  const isWanted = executionTest(executionId);
  const begunMs = momentOf(executionId);
  for (const { file, type, modified } of await directory.list()) {
    // A file that was complete before the execution began does not hold it.
    if (type !== "access" || modified.getTime() < begunMs) continue;
    const opened = await directory.open(file).catch(goneAsNull);
    if (opened === null) continue;
    const { handle, stats } = opened;
    try {
      const { wantedCount } = await readLog(handle, stats.size, { count: 1, isTail: false, isWanted });
      if (wantedCount > 0) return file;
    } finally {
      await handle.close();
    }
  }
  throw new ExecError("logMissing");
}

/** A file may be removed or get another name once the directory has been listed. */
function goneAsNull(error: unknown): null {
  if (isExecError(error) && error.kind === "logMissing") return null;
  throw error;
}

/** Whether a line belongs to an execution. */
export function executionTest(executionId: string): (line: string) => boolean {
  const mark = `"executionId":${JSON.stringify(executionId)}`;
  return (line) => line.includes(mark);
}

/** When an execution began, by the time in its id, in milliseconds since the epoch; 0 for an id without one. */
function momentOf(executionId: string): number {
  const time = /^exec_([0-9A-HJKMNP-TV-Z]{10})/.exec(executionId)?.[1] ?? "";
  let moment = 0;
  for (const character of time) moment = moment * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(character);
  return moment;
}
