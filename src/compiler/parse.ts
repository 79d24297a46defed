import { type EcmaScriptModule, type OxcError, type ParseResult, parseSync } from "oxc-parser";
import { CompileError } from "./compile-error.ts";
import { toExcerpt, toPlace } from "./excerpt.ts";
import { beginningsOf, isCostly, isInside } from "./long-text.ts";
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
  for (const beginning of beginningsOf(text, language)) {
    const { errors, module } = parseText(language, beginning, file);
    const inside = errors.filter((error) => isInside(error, beginning));
    const mistake = inside.find((error) => !isTolerated(error, module));
    if (mistake !== undefined) throw toCompileError(mistake, { language, text, file });
    if (isCostly(errors, beginning, text)) {
      const [first] = inside as [OxcError];
      throw toCompileError(
        first,
        { language, text, file },
        `Cannot parse so many of these: ${first.message}`,
      );
    }
  }
  const { errors, module, program } = parseText(language, text, file);
  const mistake = errors.find((error) => !isTolerated(error, module));
  if (mistake !== undefined) throw toCompileError(mistake, { language, text, file });
  return { program: program as unknown as Node, module, language };
}

function parseText(language: "js" | "ts", text: string, file: string): ParseResult {
  return parseSync(file, text, {
    lang: language,
    sourceType: "module",
    showSemanticErrors: true,
    preserveParens: false,
  });
}

function isTolerated({ message }: OxcError, { hasModuleSyntax }: EcmaScriptModule): boolean {
  return TOP_LEVEL_RETURN.test(message) || (SLOPPY.test(message) && !hasModuleSyntax);
}

function toCompileError(
  error: OxcError,
  { language, text, file }: { language: "js" | "ts"; text: string; file: string },
  message = error.message,
): CompileError {
  // For a second declaration the parser labels the first one first; the author looks for the second.
  const label = /already been declared/.test(error.message) ? error.labels.at(-1) : error.labels[0];
  const place = toPlace(text, label?.start ?? text.length);
  return new CompileError(message, {
    file,
    ...place,
    excerpt: toExcerpt(text, place),
    check: language === "ts" && /TS\(|type/i.test(error.message) ? "typescript" : "syntax",
  });
}
