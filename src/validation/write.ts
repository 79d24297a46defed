import { extname } from "node:path";
import { toExcerpt, toPlace } from "../compiler/excerpt.ts";
import type { SourceLimit } from "../compiler/source-limit.ts";
import { checkCompiles } from "./compile-check.ts";
import { findJsonFault } from "./json-fault.ts";

/** One reason why a file must not be stored, with its place in the text. */
export interface WriteError {
  readonly check: "syntax" | "typescript" | "json";
  readonly message: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** The lines around the place, numbered, with a caret under the column. */
  readonly excerpt: string;
}

/** `details.validation` of a refused write (control-api.md §4). */
export interface WriteReport {
  readonly valid: boolean;
  readonly errors: readonly WriteError[];
}

/** Endings of files that run as scripts. */
const SCRIPT_EXTENSIONS: ReadonlySet<string> = new Set([".ts", ".js"]);

/** Whether {@link validateForWrite} looks into a file of this name at all. */
export function isCheckedOnWrite(file: string): boolean {
  const extension = extname(file);
  return SCRIPT_EXTENSIONS.has(extension) || extension === ".json";
}

/**
 * Checks a file before it is stored: scripts must compile, JSON must parse, other files pass.
 *
 * Packages that are missing are installed on first use, and directives that cannot be used are warnings, so neither
 * is looked at here.
 *
 * @param file Path relative to the scripts root; its ending decides.
 * @param sources The bound of a script's source; left out for none.
 */
export function validateForWrite(source: string, file: string, sources?: SourceLimit): WriteReport {
  const extension = extname(file);
  if (SCRIPT_EXTENSIONS.has(extension)) return checkScript(source, file, sources);
  if (extension === ".json") return checkJson(source);
  return { valid: true, errors: [] };
}

function checkScript(source: string, file: string, sources: SourceLimit | undefined): WriteReport {
  const checked = checkCompiles(source, file, sources);
  if (checked.kind === "compiles") return { valid: true, errors: [] };
  const { check, message, line, column, excerpt } = checked.error;
  return { valid: false, errors: [{ check, message, line, column, excerpt }] };
}

function checkJson(source: string): WriteReport {
  try {
    JSON.parse(source);
    return { valid: true, errors: [] };
  } catch (thrown) {
    const message = (thrown as SyntaxError).message.replace(/^JSON Parse error: /, "");
    const place = toPlace(source, findJsonFault(source));
    return {
      valid: false,
      errors: [{ check: "json", message, ...place, excerpt: toExcerpt(source, place) }],
    };
  }
}
