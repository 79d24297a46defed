import type { SourceLimit } from "../compiler/source-limit.ts";
import { type CompileCheck, checkCompiles } from "./compile-check.ts";

/** Checks a source as TypeScript and turns it into JavaScript; types are removed, not proven. */
export function checkTypeScript(source: string, sources?: SourceLimit): CompileCheck {
  return checkCompiles(source, "script.ts", sources);
}
