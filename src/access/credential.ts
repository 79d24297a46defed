import { queryOf } from "../base/query-of.ts";

/** Where a caller may have put a token. */
export interface CredentialPlaces {
  readonly headers: Headers;
  /** The whole URL; its query is looked at for streams only. */
  readonly url: string;
  /** Whether EventSource or a browser's WebSocket may be calling, which cannot set headers. */
  readonly isStream: boolean;
}

/**
 * The token a caller presents; the first place that holds one decides (operations.md §2.3).
 *
 * `Authorization: Bearer`, `X-API-Key`; for streams and sockets also the query's `api_key` or `token`, and the
 * WebSocket subprotocol `api-key.<token>`.
 */
export function presentedToken({ headers, url, isStream }: CredentialPlaces): string | null {
  const presented = bearerOf(headers) || headers.get("x-api-key");
  if (presented || !isStream) return presented || null;
  const query = new URLSearchParams(queryOf(url));
  return query.get("api_key") || query.get("token") || subprotocolToken(headers);
}

/** RFC 6750 §2.1; another scheme is no credential of ours. */
function bearerOf(headers: Headers): string | null {
  return /^bearer\s+(.*\S)\s*$/i.exec(headers.get("authorization") ?? "")?.[1] ?? null;
}

function subprotocolToken(headers: Headers): string | null {
  const offered = headers.get("sec-websocket-protocol")?.split(",") ?? [];
  const prefix = "api-key.";
  const found = offered.map((each) => each.trim()).find((each) => each.startsWith(prefix));
  return found?.slice(prefix.length) || null;
}
