import { CompileError } from "./compile-error.ts";
import { toExcerpt, toPlace } from "./excerpt.ts";

/** Most brackets open at once. People write tens; some thousands end the process (see below). */
const OPEN_BRACKETS_MAX = 500;

/** Longest chain of operators that nest to the right (`a ? b : c ? d : …`) within one statement. */
const CHAIN_MAX = 2_000;

/** Longest chain that nests to the left (`a + b + …`, `a.b.c…`): people join some thousand lines that way. */
const LEFT_CHAIN_MAX = 20_000;

/** Longest run of `else if`, `for (…) for (…)` and their like, each within some characters of the one before. */
const STATEMENT_RUN_MAX = 3_000;
const STATEMENT_GAP_MAX = 30;

/**
 * Comments and strings, which are stepped over; what cannot be known is whether a slash begins a regular expression.
 *
 * A run of plain characters is one step: an alternative for each of them costs a second for a string of 1 MB.
 */
const TEXT = String.raw`\/\/.*|\/\*[\s\S]*?\*\/|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"`;
/** A template without substitutions; behind an expression it is called with it, so many in a row nest. */
const TEMPLATE = "`[^`\\\\$]*(?:(?:\\\\[\\s\\S]|\\$(?!\\{))[^`\\\\$]*)*`";

const BRACKET = /[()[\]{}]/g;
const BRACKET_OUTSIDE_TEXT = new RegExp(`${TEXT}|([()[\\]{}])`, "g");

/** What begins a nested expression, type or statement without a bracket; `@` of a decorator that has no name. */
const LINK = String.raw`=>|@(?!\s*[\w$(])|\?(?![.?])|\*\*|[!~:<]|(?<![=!<>])=(?!=)|\b(?:else|if|new|typeof|void|await|yield|delete|as|satisfies|readonly|keyof|extends)\b`;
/** What makes an expression one deeper to the left. */
const LEFT_LINK = "[-+*/%&|^.([`]|\\bin\\b";
/** A line that ends like an expression, before one that begins like a statement. */
const NEXT_LINE = String.raw`(?<=[\w$\]'"])[ \t]*\r?\n\s*(?=[\w$'"])(?!else\b)`;

const CHAIN_OUTSIDE_TEXT = new RegExp(
  `${TEXT}|(${LINK})|(${TEMPLATE}|${LEFT_LINK})|([;{},]|${NEXT_LINE})`,
  "g",
);
const STATEMENT = /\b(?:else|for|while|do|if|with)\b/g;

/**
 * Refuses a source that is nested too deep to be parsed.
 *
 * oxc-parser is native and recursive without a check of the stack: 5,000 nested functions, 20,000 parentheses or
 * chained conditionals, or 60,000 `@` in a row end the process with a segmentation fault (measured with 0.159), which
 * no `catch` sees.
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
  if (source.length <= CHAIN_MAX) return;
  const chain = findLongChain(source) ?? findStatementRun(source);
  if (chain !== null) refuse(source, file, chain);
}

function refuse(source: string, file: string, { offset, what }: TooDeep): never {
  const place = toPlace(source, offset);
  const excerpt = toExcerpt(source, place);
  throw new CompileError(`Cannot parse ${what}`, { file, ...place, excerpt, check: "syntax" });
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

interface TooDeep {
  readonly offset: number;
  readonly what: string;
}

function findLongChain(source: string): TooDeep | null {
  let links = 0;
  let leftLinks = 0;
  for (const { index, 1: link, 2: leftLink, 3: end } of source.matchAll(CHAIN_OUTSIDE_TEXT)) {
    if (end !== undefined) links = leftLinks = 0;
    else if (link !== undefined) links++;
    else if (leftLink !== undefined) leftLinks++;
    const max = links > CHAIN_MAX ? CHAIN_MAX : leftLinks > LEFT_CHAIN_MAX ? LEFT_CHAIN_MAX : null;
    if (max !== null) return { offset: index, what: `more than ${max} operators in a row` };
  }
  return null;
}

function findStatementRun(source: string): TooDeep | null {
  let run = 0;
  let last = 0;
  for (const { index } of source.matchAll(STATEMENT)) {
    run = index - last <= STATEMENT_GAP_MAX ? run + 1 : 1;
    last = index;
    if (run > STATEMENT_RUN_MAX)
      return { offset: index, what: `more than ${STATEMENT_RUN_MAX} statements in a row` };
  }
  return null;
}
