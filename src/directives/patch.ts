/** Puts `text` in the place of the characters from `start` up to `end`. */
export interface Patch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where a comment stands in its source, without its line terminator. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Applies patches that do not overlap; an insertion where a removal ends comes after it. */
export function applyPatches(source: string, patches: readonly Patch[]): string {
  const parts: string[] = [];
  let copied = 0;
  for (const { start, end, text } of patches.toSorted((a, b) => a.start - b.start)) {
    parts.push(source.slice(copied, start), text);
    copied = end;
  }
  return parts.join("") + source.slice(copied);
}

/** Takes out a whole line, or only its comment where a block comment ends before it on the same line. */
export function removal(source: string, { start, end }: Span): Patch {
  let lineStart = start;
  while (source[lineStart - 1] === " " || source[lineStart - 1] === "\t") lineStart -= 1;
  const standsAlone = isLineStart(source, lineStart);
  return { start: lineStart, end: standsAlone ? end + terminatorAt(source, end).length : end, text: "" };
}

/**
 * Adds lines below another one, in the line ends of the file.
 *
 * @param below The line above; without it the lines go to the top, after a byte order mark and a shebang.
 */
export function insertion(source: string, below: Span | undefined, lines: readonly string[]): Patch {
  const above = below?.end ?? /^\uFEFF?(#!.*)?/.exec(source)![0].length;
  const at = isLineStart(source, above) ? above : above + terminatorAt(source, above).length;
  const newline = /\r\n|[\n\r]/.exec(source)?.[0] ?? "\n";
  const text = isLineStart(source, at)
    ? lines.map((line) => line + newline).join("")
    : lines.map((line) => newline + line).join("");
  return { start: at, end: at, text };
}

function isLineStart(source: string, offset: number): boolean {
  return /^\uFEFF?$|[\n\r\u2028\u2029]$/.test(offset < 2 ? source.slice(0, offset) : source[offset - 1]!);
}

/** The line terminator at an offset; `""` at the end of the source. */
function terminatorAt(source: string, offset: number): string {
  return /^(?:\r\n|[\n\r\u2028\u2029])/.exec(source.slice(offset, offset + 2))?.[0] ?? "";
}
