import { directive } from "./directive.ts";
import { boolean, oneOf, text } from "./grammars.ts";

/**
 * Header lines that the loader obeys like any other, but that the schema document, the parsed object and the
 * editor do not show (magic-comments.md §3.1).
 */
export const unlisted = {
  rawBody: directive({
    category: "execution",
    grammar: boolean,
    description: "Leave the request body unparsed",
    defaults: { omitted: false, runtime: false, sdk: false },
  }),
  "return-type": directive({
    category: "execution",
    grammar: text,
    description: "TypeScript type that the returned value must have",
    defaults: { omitted: null, runtime: null, sdk: null },
  }),
  "return-type-mode": directive({
    category: "execution",
    grammar: oneOf("strict", "dev", "warn"),
    description: "What a value of another type leads to: 500, 400 with the differences, or a log line",
    defaults: { omitted: "strict", runtime: "strict", sdk: "strict" },
  }),
  "websocket-pre": directive({
    category: "execution",
    grammar: boolean,
    description: "Run the directory's pre script before a WebSocket handshake",
    defaults: { omitted: true, runtime: true, sdk: true },
  }),
};
