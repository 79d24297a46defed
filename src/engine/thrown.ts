import { homedir } from "node:os";
import { inspect } from "node:util";
import { isError, isInstanceOf, isObject } from "../base/realm.ts";
import { CompileError } from "../compiler/compile-error.ts";
import { excerptOf, firstScriptFrame, toAuthorStack, type UnitLookup } from "../compiler/positions.ts";
import { LoopLimitError } from "./loop-limit-error.ts";

/** What is known of something a script threw. */
export interface ThrownReport {
  /** `TypeError: x is not a function`, without paths of the machine. */
  readonly message: string;
  /** The script or helper in which it was thrown, relative to the scripts root; null when no frame names one. */
  readonly script: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly excerpt: string | null;
  /** Frames of scripts and packages. */
  readonly stack: string | null;
}

/** Longest message, and longest stack, passed on, in UTF-16 units. */
const TEXT_MAX = 4_096;

/** Longest text that is searched, in UTF-16 units: a message of 100 MB would hold everybody up. */
const SEARCHED_MAX = 16 * TEXT_MAX;

/** What a script's value is answered with when asking it anything fails. */
const UNSHOWABLE = "a value that cannot be shown";

/**
 * Explains what a script threw: an error of any realm, or any other value.
 *
 * @param fallback Script to name when the value carries no position: errors of the runtime's own functions have no
 *   stack (performance.md §4), and not everything thrown is an error.
 */
export function reportThrown(thrown: unknown, context: ReportContext): ThrownReport {
  const unknown = { line: null, column: null, excerpt: null, stack: null };
  return (
    safely(() => explain(thrown, context)) ?? { message: UNSHOWABLE, script: context.fallback, ...unknown }
  );
}

interface ReportContext {
  readonly fallback: string | null;
  readonly lookup: UnitLookup;
  readonly root: string;
}

function explain(thrown: unknown, { fallback, lookup, root }: ReportContext): ThrownReport {
  const hide = (text: string) => hidePaths(text, root);
  if (isInstanceOf(thrown, CompileError)) {
    const { file, line, column, excerpt } = thrown;
    return { message: hide(thrown.message), script: file, line, column, excerpt, stack: null };
  }
  const stack = stackOf(thrown);
  const frame = isInstanceOf(thrown, LoopLimitError)
    ? { file: thrown.script, ...thrown.place }
    : stack === null
      ? null
      : firstScriptFrame(stack, lookup);
  return {
    message: hide(messageOf(thrown).slice(0, SEARCHED_MAX)).slice(0, TEXT_MAX),
    script: frame?.file ?? fallback,
    line: frame?.line ?? null,
    column: frame?.column ?? null,
    excerpt: frame === null ? null : excerptOf(frame, lookup),
    stack: stack === null ? null : hide(toAuthorStack(stack, lookup, root)).slice(0, TEXT_MAX),
  };
}

/** Text of a thrown value; one that is no error is shown as what it is. */
function messageOf(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  const { name, message } = safely(() => describe(thrown)) ?? {};
  if (message === undefined) return safely(() => show(thrown)) ?? UNSHOWABLE;
  return typeof name === "string" && name !== "Error" && name !== "" ? `${name}: ${message}` : message;
}

/** A copy of this realm is shown, where there can be one: other realms' prototypes are printed along with their values. */
function show(thrown: unknown): string {
  return inspect(safely(() => structuredClone(thrown)) ?? thrown, { depth: 2 });
}

/** Name and message of an error of any realm, and of what looks like one. */
function describe(thrown: unknown): { readonly name?: unknown; readonly message?: string } {
  if (!isObject(thrown)) return {};
  const { name, message } = thrown;
  if (!isError(thrown) && typeof message !== "string") return {};
  return { name, message: String(message) };
}

/** The stack as the runtime wrote it; null for what has none. Of a very long one the end, where the frames are. */
export function stackOf(thrown: unknown): string | null {
  if (!isObject(thrown)) return null;
  const stack = safely(() => thrown["stack"]);
  return typeof stack === "string" && stack !== "" ? stack.slice(-SEARCHED_MAX) : null;
}

/** A thrown value may have getters that throw themselves. */
function safely<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null; // Whatever it was, it must not hide the first error.
  }
}

/** Places of this machine that no caller needs to know. */
const HIDDEN: readonly (readonly [string, string])[] = [
  [`${new URL("../..", import.meta.url).pathname}`, ""],
  [`${homedir()}/`, "~/"],
];

function hidePaths(text: string, root: string): string {
  let shown = text.replaceAll(`${root}/`, "").replaceAll(root, ".");
  for (const [path, stand] of HIDDEN) if (path.length > 1) shown = shown.replaceAll(path, stand);
  return shown;
}
