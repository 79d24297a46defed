import { isIP } from "node:net";
import { ExecError } from "../errors/exec-error.ts";

/** What the guard looks at. */
export interface GuardedCall {
  readonly headers: Headers;
  /** Host header as sent, port included. */
  readonly host: string;
  /** The name the caller used; another one than `host` behind a trusted proxy. */
  readonly publicHost: string;
  /** Whether it asks for the page of the docs viewer, which a link on another site may lead to. */
  readonly isDocsPage: boolean;
}

/**
 * Keeps web pages of others away from the control API (running.md §4), also where it listens on loopback only: a
 * browser on the same machine would carry their requests there.
 *
 * @param allowedHosts Names from `--allowed-hosts`, `*.` in front for every name below a domain; null lets every Host
 *   pass, where a token is asked for that no page of others has.
 * @throws {ExecError} `crossSite` for a foreign `Origin`, `Sec-Fetch-Site: cross-site`, or a Host that is not ours:
 *   whoever owns a domain can point it at this address (DNS rebinding).
 */
export function refuseForeignPages(call: GuardedCall, allowedHosts: readonly string[] | null): void {
  if (allowedHosts !== null && !isAllowedHost(call.host, allowedHosts)) {
    throw refusal("Host is not in --allowed-hosts", "host", quoteBriefly(call.host));
  }
  const origin = call.headers.get("origin");
  const ownHosts = [call.host.toLowerCase(), call.publicHost.toLowerCase()];
  if (origin !== null && !ownHosts.includes(hostOfOrigin(origin) ?? "")) {
    throw refusal("Origin is not this server", "origin", quoteBriefly(origin));
  }
  if (
    call.headers.get("sec-fetch-site") === "cross-site" &&
    !(call.isDocsPage && isNavigation(call.headers))
  ) {
    throw refusal("request comes from another site", "sec-fetch-site", '"cross-site"');
  }
}

/**
 * Refuses a body that a page of another site could send without asking first: forms can send three media types, and
 * JSON is none of them (Fetch standard, CORS-safelisted request headers).
 *
 * @throws {ExecError} `unsupportedMediaType`
 */
export function requireJsonMediaType(headers: Headers): void {
  const given = headers.get("content-type");
  if (given?.split(";", 1)[0]?.trim().toLowerCase() === "application/json") return;
  throw new ExecError("unsupportedMediaType", undefined, {
    details: { field: "content-type", reason: "must be application/json", contentType: given },
  });
}

/** Somebody follows a link: the page takes the place of the one before, which can look at nothing of it. */
function isNavigation(headers: Headers): boolean {
  return headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document";
}

/** Loopback names and IP addresses cannot be pointed elsewhere by a stranger, so they are always ours. */
function isAllowedHost(host: string, allowedHosts: readonly string[]): boolean {
  const name = withoutPort(host.toLowerCase());
  if (name === null) return false;
  if (name === "localhost" || name.endsWith(".localhost") || isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0) {
    return true;
  }
  return allowedHosts.some((allowed) =>
    allowed.startsWith("*.")
      ? name.length > allowed.length - 1 && name.endsWith(allowed.slice(1))
      : name === allowed,
  );
}

function withoutPort(host: string): string | null {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::\d{1,5})?$/.exec(host)?.[1] ?? null;
}

/** The `host:port` part; null for `null` and other opaque origins, which are never ours. */
function hostOfOrigin(origin: string): string | null {
  return /^https?:\/\/([^/?#@]+)$/i.exec(origin)?.[1]?.toLowerCase() ?? null;
}

function refusal(reason: string, field: string, value: string): ExecError {
  return new ExecError("crossSite", `Cross-site request refused: ${reason}`, {
    details: { field, reason: `${value}: ${reason}` },
  });
}

/** Quotes at most 100 characters: a Host may be very long. */
function quoteBriefly(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
