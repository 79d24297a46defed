/** What a request target asks for, decoded; or why it cannot be answered. */
export type UrlPath =
  | {
      readonly kind: "path";
      /** Without empty ones: a trailing or doubled slash says nothing. */
      readonly segments: readonly string[];
      /** The segments behind slashes; "/" for none. */
      readonly path: string;
      /** Query that was hidden in the path as `%3F`, without its "?"; null when there is none. */
      readonly query: string | null;
    }
  | { readonly kind: "bad"; readonly message: string };

const BAD_ENCODING = "Bad Request: URL path contains invalid percent-encoding.";
const BAD_CHARACTERS = "Bad Request: URL path contains disallowed characters.";

/**
 * Decodes the path of a URL once (script-runtime.md §3).
 *
 * `%2F` separates like "/", because the SDK encodes a whole path as one segment. For the same reason an encoded "?"
 * begins the query, unless the URL has one already.
 *
 * @param rawPath Path as received, without query.
 * @param hasQuery Whether a raw "?" followed it.
 */
export function parseUrlPath(rawPath: string, hasQuery: boolean): UrlPath {
  let decoded = withoutFragment(rawPath);
  if (decoded.includes("%")) {
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      return { kind: "bad", message: BAD_ENCODING };
    }
  }
  const mark = hasQuery ? -1 : decoded.indexOf("?");
  const path = mark < 0 ? decoded : decoded.slice(0, mark);
  const segments = path.split("/").filter((segment) => segment !== "");
  if (path.includes("\0") || path.includes("\\") || segments.includes("..")) {
    return { kind: "bad", message: BAD_CHARACTERS };
  }
  return {
    kind: "path",
    segments,
    path: `/${segments.join("/")}`,
    query: mark < 0 ? null : decoded.slice(mark + 1),
  };
}

/** A fragment is for the browser alone (RFC 9110 §7.1), but Bun leaves one in the URL of a request. */
function withoutFragment(rawPath: string): string {
  const hash = rawPath.indexOf("#");
  return hash < 0 ? rawPath : rawPath.slice(0, hash);
}
