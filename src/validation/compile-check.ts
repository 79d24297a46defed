import { CompileError } from "../compiler/compile-error.ts";
import { type PreparedScript, prepareScript } from "../compiler/prepare.ts";
import type { SourceLimit } from "../compiler/source-limit.ts";

/** Whether a source compiles; if so, what it became, and if not, where it fails. */
export type CompileCheck =
  | { readonly kind: "compiles"; readonly prepared: PreparedScript }
  | { readonly kind: "fails"; readonly error: CompileError };

/**
 * Compiles a source without running it.
 *
 * @param file Decides by its ending between JavaScript and TypeScript; need not exist.
 * @param sources The bound of the source; left out for none.
 */
export function checkCompiles(source: string, file: string, sources?: SourceLimit): CompileCheck {
  const tooLarge = sources?.errorOf(source, file) ?? null;
  if (tooLarge !== null) return { kind: "fails", error: tooLarge };
  try {
    return { kind: "compiles", prepared: prepareScript(source, file) };
  } catch (thrown) {
    if (thrown instanceof CompileError) return { kind: "fails", error: thrown };
    throw thrown;
  }
}

/** What is wrong and where, in one line: `Unexpected token at line 3, column 5`. */
export function describeCompileError({ message, line, column }: CompileError): string {
  return `${message} at line ${line}, column ${column}`;
}
