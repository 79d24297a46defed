import { CompileError } from "./compile-error.ts";
import { toExcerpt, toPlace } from "./excerpt.ts";

/** Most brackets open at once. People write tens; some thousands end the process (see below). */
const OPEN_BRACKETS_MAX = 500;

const BRACKET = /[()[\]{}]/g;
/** The same, stepping over comments and strings; what it cannot know is whether a slash begins a regular expression. */
const BRACKET_OUTSIDE_TEXT = /\/\/.*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|([()[\]{}])/g;

/**
 * Refuses a source whose brackets are nested too deep to be parsed.
 *
 * oxc-parser is native and recursive without a check of the stack: 5,000 nested functions or 20,000 parentheses end
 * the process with a segmentation fault (measured with 0.159), which no `catch` sees.
 *
 * @throws {CompileError} at the first bracket over the limit.
 */
export function refuseDeepNesting(source: string, file: string): void {
  const offset = findTooDeep(source, BRACKET);
  // Each way of counting is wrong about some text; only what both find too deep is refused.
  if (offset === null || findTooDeep(source, BRACKET_OUTSIDE_TEXT) === null) return;
  const place = toPlace(source, offset);
  throw new CompileError(`Cannot parse brackets nested deeper than ${OPEN_BRACKETS_MAX} levels`, {
    file,
    ...place,
    excerpt: toExcerpt(source, place),
    check: "syntax",
  });
}

function findTooDeep(source: string, pattern: RegExp): number | null {
  let open = 0;
  for (const match of source.matchAll(pattern)) {
    const bracket = match[1] ?? match[0];
    if (bracket.length > 1) continue;
    open = "([{".includes(bracket) ? open + 1 : Math.max(0, open - 1);
    if (open > OPEN_BRACKETS_MAX) return match.index;
  }
  return null;
}
