import { type EcmaScriptModule, parseSync } from "oxc-parser";
import { CompileError } from "./compile-error.ts";
import { toExcerpt, toPlace } from "./excerpt.ts";
import type { Node } from "./syntax-tree.ts";

/** A parsed script. */
export interface ParsedSource {
  readonly program: Node;
  /** Imports and exports, with the ranges of every part. */
  readonly module: EcmaScriptModule;
  /** Which grammar took it. */
  readonly language: "js" | "ts";
}

/** A script's top level is a function body. */
const TOP_LEVEL_RETURN = /'return' statement can only be used within a function body/;
/** Sloppy code that a module may not contain; a script without import and export may. */
const SLOPPY = /'with' statements are not allowed|'0'-prefixed octal|Delete of an unqualified identifier/;

/**
 * Parses a script: JavaScript or TypeScript, ES module or CommonJS, with `return` and `await` at top level.
 *
 * A `.js` file may hold TypeScript (script-runtime.md §4): it is tried as such when it is no JavaScript.
 *
 * @throws {CompileError} at the first place that no grammar takes.
 */
export function parseScript(text: string, file: string): ParsedSource {
  if (/\.[mc]?ts$/.test(file)) return parseAs("ts", text, file);
  try {
    return parseAs("js", text, file);
  } catch (error) {
    try {
      return parseAs("ts", text, file);
    } catch {
      throw error; // The file calls itself JavaScript, so that is the grammar its author hears about.
    }
  }
}

/** Whether a text is plain JavaScript for this parser; the tree is never built. */
export function isJavaScript(text: string, file: string): boolean {
  const { errors } = parseSync(file, text, { lang: "js", sourceType: "module" });
  return errors.every((error) => TOP_LEVEL_RETURN.test(error.message) || SLOPPY.test(error.message));
}

function parseAs(language: "js" | "ts", text: string, file: string): ParsedSource {
  const parsed = parseSync(file, text, {
    lang: language,
    sourceType: "module",
    showSemanticErrors: true,
    preserveParens: false,
  });
  for (const error of parsed.errors) {
    if (TOP_LEVEL_RETURN.test(error.message)) continue;
    if (SLOPPY.test(error.message) && !parsed.module.hasModuleSyntax) continue;
    // For a second declaration the parser labels the first one first; the author looks for the second.
    const label = /already been declared/.test(error.message) ? error.labels.at(-1) : error.labels[0];
    const place = toPlace(text, label?.start ?? text.length);
    throw new CompileError(error.message, {
      file,
      ...place,
      excerpt: toExcerpt(text, place),
      check: language === "ts" && /TS\(|type/i.test(error.message) ? "typescript" : "syntax",
    });
  }
  return { program: parsed.program as unknown as Node, module: parsed.module, language };
}
