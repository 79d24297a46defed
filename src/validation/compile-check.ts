import { CompileError } from "../compiler/compile-error.ts";
import { refuseDeepNesting } from "../compiler/nesting.ts";
import { type PreparedScript, prepareScript } from "../compiler/prepare.ts";

/** Whether a source compiles; if so, what it became, and if not, where it fails. */
export type CompileCheck =
  | { readonly kind: "compiles"; readonly prepared: PreparedScript }
  | { readonly kind: "fails"; readonly error: CompileError };

/**
 * Compiles a source without running it.
 *
 * @param file Decides by its ending between JavaScript and TypeScript; need not exist.
 */
export function checkCompiles(source: string, file: string): CompileCheck {
  try {
    refuseDeepNesting(source, file);
    return { kind: "compiles", prepared: prepareScript(source, file) };
  } catch (thrown) {
    if (thrown instanceof CompileError) return { kind: "fails", error: thrown };
    if (thrown instanceof RangeError) return { kind: "fails", error: toTooDeep(file) };
    throw thrown;
  }
}

/** The compiler walks the tree by recursion: a sum of some ten thousand terms is more than its stack holds. */
function toTooDeep(file: string): CompileError {
  const place = { line: 1, column: 1, excerpt: "", check: "syntax" } as const;
  return new CompileError("Cannot compile an expression nested this deep", { file, ...place });
}

/** What is wrong and where, in one line: `Unexpected token at line 3, column 5`. */
export function describeCompileError({ message, line, column }: CompileError): string {
  return `${message} at line ${line}, column ${column}`;
}
