import type { SourceLimit } from "../../compiler/source-limit.ts";
import { ExecError } from "../../errors/exec-error.ts";
import { validateForWrite } from "../../validation/write.ts";

/**
 * Refuses a file that could not run or be parsed, before it is stored.
 *
 * @param file Path whose ending decides what is checked.
 * @throws {ExecError} `invalidScript` with the places in `details.validation.errors`.
 */
export function refuseInvalidScript(content: string, file: string, sources: SourceLimit): void {
  const validation = validateForWrite(content, file, sources);
  if (validation.valid) return;
  const message = file.endsWith(".json") ? "Invalid JSON" : undefined;
  // Older clients look for the report at the top level.
  throw new ExecError("invalidScript", message, { details: { validation }, extra: { validation } });
}
