import { toPlaces } from "./excerpt.ts";
import type { Edit } from "./source-text.ts";

/** What was inserted into a text, by line: at which column (1-based, of the text without it) and how long. */
export type Insertions = ReadonlyMap<number, readonly (readonly [column: number, length: number])[]>;

/** Notes where edits that only insert something will move the columns behind them. */
export function insertionsOf(text: string, edits: readonly Edit[]): Insertions {
  const rows = new Map<number, (readonly [number, number])[]>();
  const ordered = [...edits].sort((a, b) => a.start - b.start);
  const places = toPlaces(
    text,
    ordered.map(({ start }) => start),
  );
  places.forEach(({ line, column }, at) => {
    const row = rows.get(line) ?? [];
    rows.set(line, row);
    row.push([column, ordered[at]?.text.length ?? 0]);
  });
  return rows;
}

/** The column a place had before anything was inserted; inside of what was inserted it is where that stands. */
export function withoutInsertions(inserted: Insertions, line: number, column: number): number {
  let own = column;
  for (const [at, length] of inserted.get(line) ?? []) {
    if (own <= at) break;
    own = Math.max(at, own - length);
  }
  return own;
}
