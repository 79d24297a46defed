import { queryOf } from "../base/query-of.ts";
import { ExecError } from "../errors/exec-error.ts";
import type { Tokens } from "./tokens.ts";

/** Headers in which a caller may present a token, to the control API or to a script. */
const TOKEN_HEADERS = ["authorization", "x-api-key", "x-token", "sec-websocket-protocol"];

/** Keys of a query in which a caller may present one. */
const TOKEN_KEYS: ReadonlySet<string> = new Set(["token", "api_key"]);

/** Words of one header that are looked at; nobody presents more tokens at once. */
const WORDS_MAX = 16;

/**
 * Keeps the tokens of the control API from scripts (running.md §4).
 *
 * Clients send the same headers everywhere, so a header with such a token is taken off the request and the script
 * runs as if it had not come; a `@token` of the same text does not open. In a URL, where it would stand in logs and
 * histories, it has no business at all.
 *
 * @throws {ExecError} `unauthorized` for a token in the query.
 */
export function keepTokensFromScript({ headers }: Request, url: string, tokens: Tokens): void {
  for (const name of TOKEN_HEADERS) {
    const value = headers.get(name);
    if (value !== null && wordsOf(value).some((word) => tokens.scopesOf(word) !== null)) headers.delete(name);
  }
  if (tokensInUrl(url).some((text) => tokens.scopesOf(text) !== null)) {
    throw new ExecError("unauthorized", "A token of the control API opens no script", {
      details: { field: "query", reason: "holds a token of the control API" },
    });
  }
}

/** Also of a query that stands percent-encoded in the path, as some clients send it (script-runtime.md §3). */
function tokensInUrl(url: string): readonly string[] {
  if (!/\?|%3f/i.test(url)) return [];
  const [sent = ""] = url.split("#", 1);
  // No token holds a space, so a bare "+" is taken for itself.
  const queries = [sent, decodeLeniently(sent)].map((each) => queryOf(each).replaceAll("+", "%2B"));
  const found = queries.flatMap((each) => [...new URLSearchParams(each)]);
  return found.flatMap(([name, value]) => (TOKEN_KEYS.has(name) ? [value] : [])).slice(0, WORDS_MAX);
}

function decodeLeniently(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url; // A broken escape somewhere: what is not escaped is looked at all the same.
  }
}

/** `Bearer a`, `Basic` with its password, `a, b`, `api-key.a`: whatever may be a token in them. */
function wordsOf(value: string): readonly string[] {
  const basic = /^basic\s+(\S+)/i.exec(value)?.[1];
  if (basic !== undefined) {
    const credentials = Buffer.from(basic, "base64").toString();
    return [credentials.slice(credentials.indexOf(":") + 1)];
  }
  return value
    .split(/[\s,]+/, WORDS_MAX)
    .map((word) => (word.startsWith("api-key.") ? word.slice("api-key.".length) : word));
}
