import type { OxcError } from "oxc-parser";

/**
 * Longest text that the parser gets at once, in UTF-16 units.
 *
 * For each mistake oxc-parser searches the text from its beginning and copies the whole line, whether or not anybody
 * asks: 60,000 backslashes in a row take it 20 s, a text of this length at most some 50 ms (measured with 0.159).
 */
const SHORT_LENGTH_MAX = 4_096;

/** How much longer each beginning of a long text is than the one before. */
const GROWTH = 4;

/** How far a beginning goes on behind a mistake: far enough that the end of the text is not taken for it. */
const BEHIND_FAULT = 256;

/** Where a statement probably ends; looked for in the last characters of a beginning. */
const STATEMENT_END = /[;}\n](?=[^;}\n]*$)/;
const STATEMENT_END_REACH = BEHIND_FAULT;

/** Most characters that the parser may copy to describe mistakes; takes some hundred milliseconds. */
const COPIED_MAX = 50_000_000;
/** Searching costs this much less for each character than copying. */
const SEARCHED_PER_COPIED = 16;

/** One complaint that is none: `return` behind `await`, as scripts have it. */
const TOLERATED = /^Top-level return/;

/**
 * The beginnings of a long text to parse before the whole, one after the other, so that mistakes are found while they
 * are few; nothing for a short text.
 */
export function* beginningsOf(text: string, language: "js" | "ts"): Generator<string> {
  if (text.length <= SHORT_LENGTH_MAX) return;
  let isHinted = true;
  for (let length = SHORT_LENGTH_MAX; ; length *= GROWTH) {
    const isWhole = length >= text.length;
    const beginning = isWhole ? text : cutBehindStatement(text, length);
    const fault = isHinted ? findFault(beginning, language) : null;
    if (fault !== null && fault + BEHIND_FAULT < beginning.length) {
      yield cutBehindStatement(text, fault + BEHIND_FAULT);
      // Whoever asks for more sees no mistake there, and to list all of them takes the other parser long.
      isHinted = false;
    }
    if (isWhole) return;
    yield beginning;
  }
}

/** Whether a mistake of a beginning is one of the whole text too, and not of where it was cut. */
export function isInside({ labels, message }: OxcError, beginning: string): boolean {
  if (/is not defined/.test(message)) return false; // What is exported may be declared further on.
  return labels.length > 0 && labels.every(({ end }) => end < beginning.length);
}

/** Whether a text that goes on like its beginning would keep the parser busy with describing mistakes. */
export function isCostly(errors: readonly OxcError[], beginning: string, text: string): boolean {
  let copied = 0;
  for (const error of errors) {
    if (!isInside(error, beginning)) continue;
    copied += (error.codeframe?.length ?? 0) + (error.labels[0]?.start ?? 0) / SEARCHED_PER_COPIED;
  }
  return copied * (text.length / beginning.length) ** 2 > COPIED_MAX;
}

/**
 * Where another parser, which stops at once, sees the first mistake: a hint that the grammar we go by need not share.
 *
 * @returns Offset in UTF-16 units; null when it sees none.
 */
function findFault(text: string, language: "js" | "ts"): number | null {
  try {
    new Bun.Transpiler({ loader: language }).scan(text);
    return null;
  } catch (thrown) {
    const all =
      thrown instanceof AggregateError ? (thrown.errors as BuildMessage[]) : [thrown as BuildMessage];
    const places = all.flatMap(({ message, position }) =>
      TOLERATED.test(message) || !position ? [] : [position.offset],
    );
    // It counts bytes of UTF-8.
    return places.length === 0 ? null : Buffer.from(text).toString("utf8", 0, Math.min(...places)).length;
  }
}

function cutBehindStatement(text: string, length: number): string {
  const from = Math.max(0, length - STATEMENT_END_REACH);
  const found = STATEMENT_END.exec(text.slice(from, length));
  return text.slice(0, found === null ? length : from + found.index + 1);
}
