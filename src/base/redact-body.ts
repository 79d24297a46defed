import { isSecretKey } from "./redact.ts";

/** A string, complete or cut off, or one character that structures JSON. */
const TOKEN = /"(?:[^"\\]|\\[\s\S])*"?|[{}[\]:,]|[^\s"{}[\]:,]+/g;

/**
 * JSON with `"***"` for the values of secrets, whatever they are; everything else stays as it was sent.
 *
 * The text is read token by token and never parsed, so that one that was cut off, or is none, is masked as well; a
 * value that was cut off in its middle is masked to the end. Linear in the length of the text.
 *
 * @example redactJson('{"user":"ada","password":"x"}') // '{"user":"ada","password":"***"}'
 */
export function redactJson(text: string): string {
  let shown = "";
  let shownTo = 0;
  let key: string | null = null;
  /** Whether a colon after a secret key has been seen: what follows is masked. */
  let isMasking = false;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (isMasking) {
      if (token === "{" || token === "[") depth++;
      if (token === "}" || token === "]") depth--;
      if (depth > 0) continue;
      isMasking = false;
      // A value that is missing leaves its delimiter behind.
      shownTo = depth < 0 || token === "," ? index : index + token.length;
      depth = 0;
      key = null;
      continue;
    }
    if (token === ":" && key !== null && isSecretKey(key)) {
      shown += `${text.slice(shownTo, index + 1)}"***"`;
      shownTo = text.length;
      isMasking = true;
    }
    key = token.startsWith('"') ? unquoted(token) : null;
  }
  return shown + text.slice(shownTo);
}

/** A form as in a query string, with `***` for the values of secrets. */
export function redactForm(text: string): string {
  return text.replaceAll(/([^&=]+)=([^&]*)/g, (pair, key: string) =>
    isSecretKey(decoded(key)) ? `${key}=***` : pair,
  );
}

function unquoted(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token.slice(1); // Cut off, or with an escape that JSON does not know.
  }
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key; // A broken escape names nothing that anybody would read as a secret.
  }
}
