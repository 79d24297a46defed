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
  const mark = url.indexOf("?");
  if (mark < 0) return url;
  const pairs = url.slice(mark + 1).split("&");
  return `${url.slice(0, mark)}?${pairs.map(redactPair).join("&")}`;
}

function redactPair(pair: string): string {
  const equals = pair.indexOf("=");
  if (equals < 0) return pair;
  const key = pair.slice(0, equals);
  return isSecretKey(decoded(key)) ? `${key}=***` : pair;
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
