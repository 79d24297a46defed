import { parseReturnType } from "../compiler/return-type.ts";
import { type DirectiveWarning, type ParsedDirectives, parseDirectives } from "../directives/parse.ts";
import { redactDirectives } from "../directives/redact.ts";
import { isExecError } from "../errors/exec-error.ts";

/** What the header of a script declares, as the API shows it. */
export interface MagicCommentReport {
  /** Only what the file says, by directive, secrets redacted. */
  readonly magicComments: Readonly<Record<string, unknown>>;
  readonly warnings: readonly DirectiveWarning[];
  readonly returnType: ParsedDirectives["returnType"];
}

/** Reads the directives of a source; whatever cannot be used is a warning, never an error. */
export function checkMagicComments(source: string): MagicCommentReport {
  const { declared, warnings, returnType } = parseDirectives(source);
  return {
    magicComments: redactDirectives(declared),
    warnings: [...warnings, ...(returnType === null ? [] : warnAboutReturnType(returnType.definition))],
    returnType,
  };
}

/** The directive itself takes any text; whether it is a type that values can be checked against is said here. */
function warnAboutReturnType(definition: string): readonly DirectiveWarning[] {
  try {
    parseReturnType(definition);
    return [];
  } catch (thrown) {
    if (!isExecError(thrown)) throw thrown;
    const message = `${thrown.message}: ${String(thrown.details?.["reason"])}`;
    return [{ directive: "@return-type", value: definition, message }];
  }
}
