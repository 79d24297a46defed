import type { TSType } from "oxc-parser";
import { ExecError } from "../errors/exec-error.ts";
import { TypeCheck, type TypeMismatch } from "./return-type-check.ts";
import { toReturnType, UnsupportedType } from "./return-type-nodes.ts";
import { ROOT } from "./return-type-path.ts";
import type { ReturnType } from "./return-type-shape.ts";

/** The text is parsed as the right side of an alias, so that only a type can stand there. */
const PREFIX = "type T = ";
/** Longest definition, in UTF-16 units. */
const DEFINITION_LENGTH_MAX = 8_000;
/** Most brackets open at once. The parser is native and recursive: some thousands end the process (measured). */
const OPEN_BRACKETS_MAX = 200;

/**
 * Reads the TypeScript type of a `@return-type` directive.
 *
 * `Promise<T>` around the whole type is the same as `T`, because the awaited value is what gets checked.
 *
 * @throws {ExecError} `invalidInput`; `details.reason` says what is wrong, `details.position` where (1-based, UTF-16).
 */
export function parseReturnType(definition: string): ReturnType {
  if (definition.length > DEFINITION_LENGTH_MAX) {
    throw refuse(`Type of ${definition.length} characters is over the limit of ${DEFINITION_LENGTH_MAX}`, 0);
  }
  if (hasTooManyOpenBrackets(definition)) {
    throw refuse(`More than ${OPEN_BRACKETS_MAX} brackets are open at once`, 0);
  }
  try {
    return toReturnType(parseAlias(definition));
  } catch (thrown) {
    if (thrown instanceof UnsupportedType) throw refuse(thrown.message, thrown.offset - PREFIX.length);
    throw thrown;
  }
}

/**
 * Compares a value of any realm with a type, as TypeScript would: by structure, and members that the type does not
 * name are no mismatch. Ends for cyclic values too, and never throws, whatever getters and proxies do.
 *
 * @returns Empty when the value fits; otherwise the first hundred places where it does not, `$` being the value.
 */
export function checkReturnType(type: ReturnType, value: unknown): readonly TypeMismatch[] {
  const check = new TypeCheck();
  check.visit(type, value, ROOT);
  return check.mismatches;
}

function parseAlias(definition: string): TSType {
  // Loaded at the first use: the native parser costs about 10 ms, and a server without such a type never needs it.
  const { parseSync } = require("oxc-parser") as typeof import("oxc-parser");
  const { errors, program } = parseSync("return-type.ts", PREFIX + definition);
  const [error] = errors;
  if (error !== undefined)
    throw refuse(error.message, (error.labels[0]?.start ?? PREFIX.length) - PREFIX.length);
  const [alias, next] = program.body;
  if (alias?.type !== "TSTypeAliasDeclaration" || next !== undefined) {
    throw refuse("One type is expected", (next?.start ?? PREFIX.length) - PREFIX.length);
  }
  return alias.typeAnnotation;
}

function refuse(reason: string, offset: number): ExecError {
  return new ExecError("invalidInput", "Failed to parse type definition", {
    details: { field: "typeDefinition", reason, position: Math.max(0, offset) + 1 },
  });
}

/** Brackets inside literals count too: the bound is far above what a written type needs. */
function hasTooManyOpenBrackets(definition: string): boolean {
  let open = 0;
  // The arrow of a function type closes nothing, so it is taken whole.
  for (const [token] of definition.matchAll(/=>|[()[\]{}<>]/g)) {
    if (token === "=>") continue;
    open = "([{<".includes(token) ? open + 1 : Math.max(0, open - 1);
    if (open > OPEN_BRACKETS_MAX) return true;
  }
  return false;
}
