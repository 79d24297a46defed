import type { Logger } from "pino";
import { checkReturnType } from "../compiler/return-type.ts";
import { ExecError } from "../errors/exec-error.ts";
import type { LoadedScript } from "./script-unit.ts";

/**
 * Holds what a script returned against its `@return-type` (magic-comments.md §3.1).
 *
 * @returns The value itself.
 * @throws {ExecError} `returnTypeMismatch` in mode `strict`, `returnTypeRefused` in mode `dev`.
 */
export function enforceReturnType(
  value: unknown,
  { compiled, returnType }: LoadedScript,
  log: Logger,
): unknown {
  const declared = compiled.directives.returnType;
  if (returnType === null || declared === null) return value;
  const mismatches = checkReturnType(returnType, value);
  const [first] = mismatches;
  if (first === undefined) return value;
  const places = { script: compiled.file, line: declared.line, directive: "@return-type" };
  switch (declared.mode) {
    case "warn":
      log.warn({ ...places, mismatches }, "Return type validation failed");
      return value;
    case "dev":
      throw new ExecError("returnTypeRefused", undefined, {
        extra: { details: mismatches, expected: declared.definition, actual: first.actual },
      });
    case "strict":
      throw new ExecError("returnTypeMismatch", undefined, { details: { ...places, mismatches } });
    default:
      return declared.mode satisfies never;
  }
}
