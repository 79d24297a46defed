import { ai } from "./ai.ts";
import { cors } from "./cors.ts";
import type { Directive, Grammar } from "./directive.ts";
import { execution, ownExecution } from "./execution.ts";
import { logging } from "./logging.ts";
import { metadata } from "./metadata.ts";
import { unlisted } from "./unlisted.ts";

/** The public directives by name, in documentation order. */
export const LISTED = { ...execution, ...logging, ...cors, ...ai, ...metadata, ...ownExecution };

/**
 * TABLE: every directive by name (magic-comments.md §3).
 *
 * Parser, warnings, schema document, editor, filters, README table and the type the engine reads follow from it.
 */
export const DIRECTIVES = { ...LISTED, ...unlisted };

/** Name of any directive, without the `@`. */
export type DirectiveName = keyof typeof DIRECTIVES;

/** Name of a directive that the API shows and edits. */
export type ListedName = keyof typeof LISTED;

/** What a header can say: the parsed values of the directives that are present. */
export type DeclaredDirectives = {
  readonly [N in ListedName]?: Parsed<(typeof LISTED)[N]>;
} & {
  /** Every secret of `@token`; present when `token` is. */
  readonly tokens?: readonly string[];
};

/** What a script asked for, with run-time defaults filled in: what the engine reads. */
export type Directives = {
  readonly [N in Exclude<DirectiveName, "timeout" | "loop-limit">]: Effective<(typeof DIRECTIVES)[N]>;
} & {
  /** Milliseconds; 0 is no limit, null leaves the choice to the setting `--loop-limit`. */
  readonly "loop-limit": number | null;
  /** Milliseconds; 0 is no limit, null leaves the choice to the setting `--timeout-default`. */
  readonly timeout: number | null;
  /** Every secret of `@token`; empty when the script is open. */
  readonly tokens: readonly string[];
};

/** Whether a name belongs to the table. `constructor` and its like do not. */
export function isDirectiveName(name: string): name is DirectiveName {
  return Object.hasOwn(DIRECTIVES, name);
}

/** Whether the API shows and edits a directive of this name. */
export function isListedName(name: string): name is ListedName {
  return Object.hasOwn(LISTED, name);
}

/** The entry of a name, for code that treats all directives alike. */
export function directiveOf(name: DirectiveName): Directive {
  return DIRECTIVES[name];
}

type Parsed<D> = D extends { readonly grammar: Grammar<infer V> } ? V : never;

type Effective<D> = D extends { readonly defaults: { readonly runtime: infer R } } ? Parsed<D> | R : never;
