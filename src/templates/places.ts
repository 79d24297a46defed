/** Where a character of a program stands. */
export type Place = "code" | "string" | "lineComment" | "blockComment";

/** What a slash after it begins: a regular expression, not a division. */
const BEFORE_EXPRESSION =
  /(?:^|[([{,;:=!&|?+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete|await|yield))\s*$/;

/**
 * The place of each position asked for, by reading the program once from its beginning.
 *
 * @param positions Ascending offsets into the code, none of them inside of a delimiter.
 */
export function placesOf(code: string, positions: readonly number[]): readonly Place[] {
  const places: Place[] = [];
  /** Braces open in each `${…}` that is open. */
  const templates: number[] = [];
  let quote: string | null = null;
  let at = 0;
  for (const position of positions) {
    let comment: Place | null = null;
    while (at < position) {
      const rest = code.slice(at, at + 2);
      if (quote !== null) {
        if (code[at] === "\\") at++;
        else if (rest === "${" && quote === "`") {
          templates.push(0);
          quote = null;
          at++;
        } else if (code[at] === quote || (quote !== "`" && code[at] === "\n")) quote = null;
        at++;
        continue;
      }
      if (rest === "//" || rest === "/*") {
        const after = endOfComment(code, at);
        if (after > position) {
          comment = rest === "//" ? "lineComment" : "blockComment";
          break;
        }
        at = after;
        continue;
      }
      if (code[at] === "/" && BEFORE_EXPRESSION.test(code.slice(Math.max(0, at - 40), at))) quote = "/";
      else if (/["'`]/.test(code[at] ?? "")) quote = code[at] ?? null;
      else if (templates.length > 0) {
        const depth = templates.at(-1) ?? 0;
        if (code[at] === "{") templates[templates.length - 1] = depth + 1;
        if (code[at] === "}" && depth > 0) templates[templates.length - 1] = depth - 1;
        if (code[at] === "}" && depth === 0) {
          templates.pop();
          quote = "`";
        }
      }
      at++;
    }
    places.push(comment ?? (quote === null ? "code" : "string"));
  }
  return places;
}

function endOfComment(code: string, at: number): number {
  const end = code[at + 1] === "/" ? /[\n\r\u2028\u2029]/g : /\*\//g;
  end.lastIndex = at + 2;
  return end.exec(code) === null ? code.length : end.lastIndex;
}
