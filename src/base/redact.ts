/** Names of keys whose values are secrets (metrics.md §6). */
export const SECRET_NAMES: readonly string[] = [
  ...["token", "access_token", "refresh_token", "id_token", "session_token", "api_key", "apikey", "key"],
  ...["password", "passwd", "pwd", "secret", "client_secret", "auth", "authorization", "code", "otp"],
  ...["signature", "sig"],
];

const SECRET_KEYS: ReadonlySet<string> = new Set(SECRET_NAMES.map(withoutSeparators));

/** Whether a key, however it is written, names a secret. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEYS.has(withoutSeparators(key.toLowerCase()));
}

/**
 * A URL, or its path and query, with `***` for the values of secrets; everything else stays as it was sent.
 *
 * @example redactUrl("/hello?name=Ada&token=abc") // "/hello?name=Ada&token=***"
 */
export function redactUrl(url: string): string {
  // Encoded, it begins the query of a script as well (routing/url-path.ts).
  const mark = /\?|%3f/i.exec(url);
  if (mark === null) return url;
  const begin = mark.index + mark[0].length;
  const pairs = url.slice(begin).split(/(&|%26)/i);
  return url.slice(0, begin) + pairs.map(redactPair).join("");
}

function redactPair(pair: string): string {
  const equals = /=|%3d/i.exec(pair);
  if (equals === null) return pair;
  const key = pair.slice(0, equals.index);
  return isSecretKey(decoded(key)) ? `${key}${equals[0]}***` : pair;
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key; // A broken escape names nothing that anybody would read as a secret.
  }
}

function withoutSeparators(key: string): string {
  return key.replaceAll(/[-_]/g, "");
}
