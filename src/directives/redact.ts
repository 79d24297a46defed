import { directiveOf, isDirectiveName } from "./table.ts";

/** What an answer shows in the place of a secret, and what an update sends to keep the stored one. */
export const REDACTED = "[REDACTED]";

/**
 * Directives by name as the API shows them (magic-comments.md §5).
 *
 * Fits parsed directives and the `comments` of a request: `null` and `""` stay, because they hold nothing.
 */
export function redactDirectives(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, isSecretKey(key) ? redactValue(value) : value]),
  );
}

/** Whether values of this key of the API must stay hidden. */
function isSecretKey(key: string): boolean {
  return key === "tokens" || (isDirectiveName(key) && directiveOf(key).grammar.secret === true);
}

function redactValue(value: unknown): unknown {
  if (value === null || value === "") return value;
  return Array.isArray(value) ? value.map(redactValue) : REDACTED;
}
