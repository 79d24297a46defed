/** Directives below this line of a file are not read (magic-comments.md §1). */
export const WINDOW_LINES = 50;

/** A `// @name value` comment of the header; whether the name means anything is not decided here. */
export interface HeaderLine {
  /** Line in the file, 1-based. */
  readonly line: number;
  readonly name: string;
  /** Trimmed text behind the name; `""` when there is none. */
  readonly value: string;
  /** False for `//@name`: the contract asks for white space, so such a line commands nothing. */
  readonly spaced: boolean;
  /** Offset of the `//` in the source. */
  readonly start: number;
  /** Offset of the end of the line, before its terminator. */
  readonly end: number;
}

/** Ends of lines in JavaScript (ECMA-262 §12.3): what `.` in a regular expression does not match. */
const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

/** What may stand before the first line of code: a shebang, white space, block comments, line comments. */
const HEADER_PART = /(?<=^\uFEFF?)#!.*|\s+|\/\*[\s\S]*?\*\/|\/\/.*/gy;

const DIRECTIVE = /^\/\/(\s*)@([A-Za-z][\w-]*)(.*)$/;

/** Reads the comment lines of a source that look like directives, up to the first code or the end of the window. */
export function scanHeader(source: string): readonly HeaderLine[] {
  const lines: HeaderLine[] = [];
  let line = 1;
  for (const { 0: part, index: start } of source.matchAll(HEADER_PART)) {
    if (line > WINDOW_LINES) break;
    const [, gap, name, value] = DIRECTIVE.exec(part) ?? [];
    if (name !== undefined) {
      lines.push({
        line,
        name,
        value: value!.trim(),
        spaced: gap !== "",
        start,
        end: start + part.length,
      });
    }
    line += part.match(LINE_END)?.length ?? 0;
  }
  return lines;
}
