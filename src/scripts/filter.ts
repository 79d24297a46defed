import { Glob } from "bun";
import type { Directives } from "../directives/table.ts";

/** What a list may be narrowed to, each as the caller wrote it; absent ones do not matter. */
export interface ScriptFilters {
  readonly label?: string | undefined;
  /** Comma list; one shared tag is enough. */
  readonly tags?: string | undefined;
  readonly mode?: string | undefined;
  /** `true`, `false`, `1` or `0`. */
  readonly enabled?: string | undefined;
  readonly websocket?: string | undefined;
}

/** Whether a filter is given at all. */
export function hasFilters(filters: ScriptFilters): boolean {
  return Object.values(filters).some((value) => value !== undefined);
}

/** Whether a script passes every filter, by the directives in force. */
export function matchesFilters(directives: Directives, filters: ScriptFilters): boolean {
  return (
    (filters.label === undefined || directives.label === filters.label) &&
    (filters.tags === undefined || sharesTag(directives.tags, filters.tags)) &&
    (filters.mode === undefined || directives.mode === filters.mode) &&
    (filters.enabled === undefined || directives.enabled === isYes(filters.enabled)) &&
    (filters.websocket === undefined || directives.websocket === isYes(filters.websocket))
  );
}

/** A test for file names by a glob: `*`, `?`, `[…]`, `{a,b}`. */
export function toNameMatcher(glob: string): (name: string) => boolean {
  if (glob === "*") return () => true;
  const matcher = new Glob(glob);
  return (name) => matcher.match(name);
}

function sharesTag(tags: readonly string[], wanted: string): boolean {
  const words = wanted.split(",").map((tag) => tag.trim());
  return tags.some((tag) => words.includes(tag));
}

function isYes(text: string): boolean {
  return text === "true" || text === "1";
}
