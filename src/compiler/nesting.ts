import { CompileError } from "./compile-error.ts";
import { toExcerpt, toPlace } from "./excerpt.ts";

/** Most brackets open at once. People write tens; some thousands end the process (see below). */
const OPEN_BRACKETS_MAX = 500;

/** Longest chain of operators that nest to the right (`a ? b : c ? d : …`) within one statement. */
const CHAIN_MAX = 2_000;

/** Comments and strings, which are stepped over; what cannot be known is whether a slash begins a regular expression. */
const TEXT = String.raw`\/\/.*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`;

const BRACKET = /[()[\]{}]/g;
const BRACKET_OUTSIDE_TEXT = new RegExp(`${TEXT}|([()[\\]{}])`, "g");

/** What begins a nested expression or statement without a bracket, and what ends such a chain. */
const LINK = String.raw`=>|\?(?![.?])|\*\*|[!~:]|(?<![=!<>])=(?!=)|\b(?:else|if|new|typeof|void|await|yield|delete)\b`;
/** A line that ends like an expression, before one that begins like a statement. */
const NEXT_LINE = String.raw`(?<=[\w$\]'"])[ \t]*\r?\n\s*(?=[\w$'"])(?!else\b)`;
const CHAIN_OUTSIDE_TEXT = new RegExp(`${TEXT}|(${LINK}|[;{},]|${NEXT_LINE})`, "g");

/**
 * Refuses a source that is nested too deep to be parsed.
 *
 * oxc-parser is native and recursive without a check of the stack: 5,000 nested functions, or 20,000 parentheses or
 * chained conditionals, end the process with a segmentation fault (measured with 0.159), which no `catch` sees.
 *
 * @throws {CompileError} at the first place over a limit.
 */
export function refuseDeepNesting(source: string, file: string): void {
  const bracket = findOpenBrackets(source, BRACKET);
  // Each way of counting is wrong about some text; only what both find too deep is refused.
  if (bracket !== null && findOpenBrackets(source, BRACKET_OUTSIDE_TEXT) !== null) {
    refuse(source, file, {
      offset: bracket,
      what: `brackets nested deeper than ${OPEN_BRACKETS_MAX} levels`,
    });
  }
  // A chain that is too long needs at least one character for each link.
  const chain = source.length > CHAIN_MAX ? findLongChain(source) : null;
  if (chain !== null)
    refuse(source, file, { offset: chain, what: `more than ${CHAIN_MAX} operators in a row` });
}

/** For a tree that is too deep to be walked, which the parser itself took. */
export function tooDeepError(source: string, file: string): CompileError {
  const place = { line: 1, column: 1 };
  const excerpt = toExcerpt(source, place);
  return new CompileError("Cannot compile expressions nested this deep", {
    file,
    ...place,
    excerpt,
    check: "syntax",
  });
}

function refuse(source: string, file: string, { offset, what }: { offset: number; what: string }): never {
  const place = toPlace(source, offset);
  const excerpt = toExcerpt(source, place);
  throw new CompileError(`Cannot parse ${what}`, { file, ...place, excerpt, check: "syntax" });
}

function findOpenBrackets(source: string, pattern: RegExp): number | null {
  let open = 0;
  for (const match of source.matchAll(pattern)) {
    const bracket = match[1] ?? match[0];
    if (bracket.length > 1) continue;
    open = "([{".includes(bracket) ? open + 1 : Math.max(0, open - 1);
    if (open > OPEN_BRACKETS_MAX) return match.index;
  }
  return null;
}

function findLongChain(source: string): number | null {
  let links = 0;
  for (const match of source.matchAll(CHAIN_OUTSIDE_TEXT)) {
    const [, token] = match;
    if (token === undefined) continue;
    links = /^[;{},\s]/.test(token) ? 0 : links + 1;
    if (links > CHAIN_MAX) return match.index;
  }
  return null;
}
