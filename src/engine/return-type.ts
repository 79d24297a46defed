import type { Logger } from "pino";
import { checkReturnType, parseReturnType } from "../compiler/return-type.ts";
import type { ReturnType } from "../compiler/return-type-shape.ts";
import type { ParsedDirectives } from "../directives/parse.ts";
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

/** The type that a script declares; null for none, and for one that cannot be read: no directive takes a script down. */
export function readReturnType({ returnType }: ParsedDirectives): ReturnType | null {
  if (returnType === null) return null;
  try {
    return parseReturnType(returnType.definition);
  } catch {
    return null; // `validate/return-type` and `validate/script` say what is wrong with it.
  }
}
