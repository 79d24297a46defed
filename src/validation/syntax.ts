import type { CompileError } from "../compiler/compile-error.ts";
import type { SourceLimit } from "../compiler/source-limit.ts";
import { type CompileCheck, checkCompiles } from "./compile-check.ts";

/**
 * Checks a source of which nobody said whether it is JavaScript or TypeScript.
 *
 * Either grammar may take it. When neither does, the one that came further says what is wrong: it is the one the
 * author wrote in, and the other fails at the first type annotation already.
 *
 * @param sources The bound of the source; left out for none.
 */
export function checkSyntax(source: string, sources?: SourceLimit): CompileCheck {
  const tooLarge = sources?.errorOf(source, "script.js") ?? null;
  if (tooLarge !== null) return { kind: "fails", error: tooLarge };
  const asJavaScript = checkCompiles(source, "script.js");
  if (asJavaScript.kind === "compiles") return asJavaScript;
  const asTypeScript = checkCompiles(source, "script.ts");
  if (asTypeScript.kind === "compiles") return asTypeScript;
  return isFurther(asTypeScript.error, asJavaScript.error) ? asTypeScript : asJavaScript;
}

function isFurther(one: CompileError, other: CompileError): boolean {
  return one.line > other.line || (one.line === other.line && one.column > other.column);
}
