/** A script's text as the parser takes it; every line and column is still the author's. */
export interface SourceText {
  readonly text: string;
  /** Whether a Markdown fence around the code was taken away. */
  readonly fenced: boolean;
}

/** How a whole file begins that is one fenced block, as language models like to write it. */
const OPENING = /^\s*(```|~~~)[^\n`]*\n/;

/**
 * Blanks what is not code: a byte order mark, a shebang, a Markdown fence around everything.
 *
 * Blanking instead of cutting keeps lines and columns.
 */
export function normalizeText(source: string): SourceText {
  let text = source.startsWith("\uFEFF") ? ` ${source.slice(1)}` : source;
  text = text.replace(/^( ?)#!/, "$1//");
  if (!isFenced(text)) return { text, fenced: false };
  const lines = text.split("\n");
  const isFence = (line: string) => /^\s*(```|~~~)/.test(line);
  const first = lines.findIndex(isFence);
  const last = lines.findLastIndex(isFence);
  text = lines.map((line, at) => (at === first || at === last ? blank(line) : line)).join("\n");
  return { text, fenced: true };
}

function isFenced(text: string): boolean {
  const [opening = "", fence = ""] = OPENING.exec(text) ?? [];
  // One expression for both ends would try each blank of a long run as the beginning of the last line.
  const end = text.trimEnd();
  return opening !== "" && end.endsWith(fence) && end.length - fence.length >= opening.length;
}

/** As many spaces as the text has characters; line breaks stay. */
export function blank(text: string): string {
  return text.replace(/[^\n\r]/g, " ");
}

/** A replacement of a range of the source. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Applies edits; one inside another is dropped, because the outer one already decided about its range.
 *
 * What is inserted goes before what is replaced at the same place, and in the order given.
 */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  const isReplaced = ({ start, end }: Edit) => Number(end > start);
  const ordered = [...edits].sort(
    (a, b) => a.start - b.start || isReplaced(a) - isReplaced(b) || b.end - a.end,
  );
  let result = "";
  let at = 0;
  for (const edit of ordered) {
    if (edit.start < at) continue;
    result += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + source.slice(at);
}
