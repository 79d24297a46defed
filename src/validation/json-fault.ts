/** White space, then one token of JSON (RFC 8259 §2). */
const TOKEN =
  /[\t\n\r ]*(?:([{}[\],:])|("[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.]))/y;

/** What may stand next. */
type Expected = "value" | "value or ]" | "key" | "key or }" | ":" | ", or end";

/**
 * Offset of the first token that cannot stand where it does, because `JSON.parse` of this runtime names no place.
 *
 * Walks with a stack of its own, so that text nested a million deep is no danger.
 *
 * @param text A text that `JSON.parse` refuses.
 * @returns A UTF-16 offset; the length of the text when something is missing at its end.
 */
export function findJsonFault(text: string): number {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) return skipSpace(text, at);
    const [token, punctuation, string] = match;
    const next = advance({ expected, open, punctuation, isString: string !== undefined });
    if (next === null) return skipSpace(text, at);
    expected = next;
    at += token.length;
  }
}

/** Takes one token; null when it cannot stand here. */
function advance(step: {
  expected: Expected;
  open: ("{" | "[")[];
  punctuation: string | undefined;
  isString: boolean;
}): Expected | null {
  const { expected, open, punctuation, isString } = step;
  switch (expected) {
    case "key":
    case "key or }":
      if (isString) return ":";
      return punctuation === "}" && expected === "key or }" ? close(open) : null;
    case ":":
      return punctuation === ":" ? "value" : null;
    case ", or end": {
      const innermost = open.at(-1);
      if (innermost === undefined) return null;
      if (punctuation === ",") return innermost === "{" ? "key" : "value";
      return punctuation === (innermost === "{" ? "}" : "]") ? close(open) : null;
    }
    default:
      if (punctuation === "]" && expected === "value or ]") return close(open);
      if (punctuation !== "{" && punctuation !== "[") return punctuation === undefined ? ", or end" : null;
      open.push(punctuation);
      return punctuation === "{" ? "key or }" : "value or ]";
  }
}

function close(open: ("{" | "[")[]): Expected {
  open.pop();
  return ", or end";
}

function skipSpace(text: string, at: number): number {
  const rest = /[^\t\n\r ]/g;
  rest.lastIndex = at;
  return rest.exec(text)?.index ?? text.length;
}
