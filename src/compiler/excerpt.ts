import { maskSecrets } from "../directives/mask-secrets.ts";

/** Lines shown before and after the place. */
const CONTEXT_LINES = 2;
/** Most of a line that is shown, in UTF-16 units; a minified file must not fill an error page. */
const LINE_LENGTH_MAX = 160;

/** A place in a text, both 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * The lines around a place, numbered, with a marker at the line and a caret under the column. Of long lines it is the
 * part around the column.
 *
 * Excerpts go into answers and logs, so the secrets of the header are hidden.
 */
export function toExcerpt(source: string, { line, column }: Place): string {
  const lines = maskSecrets(source).split("\n");
  const from = column <= LINE_LENGTH_MAX ? 0 : column - 1 - LINE_LENGTH_MAX / 2;
  const first = Math.max(1, line - CONTEXT_LINES);
  const last = Math.min(lines.length, line + CONTEXT_LINES);
  const width = String(last).length;
  const rows: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = (lines[number - 1] ?? "").replace(/\r$/, "").slice(from, from + LINE_LENGTH_MAX);
    rows.push(`${number === line ? ">" : " "} ${String(number).padStart(width)} | ${text}`);
    if (number === line) rows.push(`  ${" ".repeat(width)} | ${" ".repeat(Math.max(0, column - 1 - from))}^`);
  }
  return rows.join("\n");
}

/** Line and column of a UTF-16 offset. */
export function toPlace(source: string, offset: number): Place {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let at = before.indexOf("\n"); at !== -1; at = before.indexOf("\n", at + 1)) line++;
  return { line, column: offset - lineStart + 1 };
}

/** The same for many offsets in ascending order, in one pass. */
export function toPlaces(source: string, offsets: readonly number[]): readonly Place[] {
  let line = 1;
  let lineStart = 0;
  return offsets.map((offset) => {
    for (let at = source.indexOf("\n", lineStart); at !== -1 && at < offset; ) {
      line++;
      lineStart = at + 1;
      at = source.indexOf("\n", lineStart);
    }
    return { line, column: offset - lineStart + 1 };
  });
}
