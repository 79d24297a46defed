import type { Directives } from "../directives/table.ts";

/**
 * CORS headers of an answer, by the script's directives (Fetch standard §3.2).
 *
 * @param origin The request's `Origin`; null when it has none.
 * @returns null when the script declares no CORS, or is disabled and says nothing of itself; for an origin that is not
 *   allowed, only that another would be answered otherwise, so that no cache hands this answer to one that is.
 */
export function corsHeaders(directives: Directives, origin: string | null): Record<string, string> | null {
  const { cors, enabled } = directives;
  if (!enabled || cors === null) return null;
  const isLiteral = cors === "*" && !directives["cors-credentials"];
  const vary = isLiteral ? {} : { vary: "Origin" };
  if (origin === null || (cors !== "*" && cors !== "reflective" && cors !== origin)) return vary;
  return {
    "access-control-allow-origin": isLiteral ? "*" : origin,
    ...vary,
    ...(directives["cors-credentials"] ? { "access-control-allow-credentials": "true" } : {}),
  };
}

/** Adds CORS headers to an answer; a body that streams is handed on as it is. */
export function withCors(response: Response, cors: Readonly<Record<string, string>> | null): Response {
  for (const [name, text] of Object.entries(cors ?? {})) {
    // Whatever else the answer depends on, it also depends on the origin.
    if (name === "vary") response.headers.append(name, text);
    else response.headers.set(name, text);
  }
  return response;
}

/** Answer to a preflight: 204, with the script's methods, headers and age when it allows the origin. */
export function preflightResponse(directives: Directives | null, request: Request): Response {
  const origin = request.headers.get("origin");
  const allowed = directives === null ? null : corsHeaders(directives, origin);
  if (directives === null || allowed === null) return new Response(null, { status: 204 });
  if (!("access-control-allow-origin" in allowed))
    return new Response(null, { status: 204, headers: allowed });
  const requested = request.headers.get("access-control-request-headers");
  return new Response(null, {
    status: 204,
    headers: {
      ...allowed,
      "access-control-allow-methods": directives["cors-methods"],
      "access-control-allow-headers": directives["cors-headers"] ?? requested ?? "Content-Type,Authorization",
      "access-control-max-age": String(directives["cors-max-age"]),
    },
  });
}
