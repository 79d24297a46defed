import type { Directives } from "../../directives/table.ts";
import { ExecError } from "../../errors/exec-error.ts";

/** Whether a request asks for a WebSocket. Costs a header read, so plain scripts do not ask (performance.md §1). */
export function isUpgrade(request: Request): boolean {
  return hasToken(request.headers.get("upgrade"), "websocket");
}

/**
 * Holds a handshake against RFC 6455 §4.2.1.
 *
 * @throws {ExecError} `upgradeRequired` for another version of the protocol, else `handshakeInvalid`.
 */
export function requireHandshake({ method, headers }: Request): void {
  const version = headers.get("sec-websocket-version");
  if (method !== "GET") throw invalid(`The method must be GET, not ${method}`);
  if (!hasToken(headers.get("connection"), "upgrade")) throw invalid("Connection must be Upgrade");
  if (version !== "13") {
    throw new ExecError("upgradeRequired", undefined, {
      headers: { "sec-websocket-version": "13", upgrade: "websocket", connection: "Upgrade" },
    });
  }
  // 16 bytes; the last of the 22 characters carries two bits, and decoders differ on the other four.
  if (!/^[A-Za-z0-9+/]{22}==$/.test(headers.get("sec-websocket-key") ?? ""))
    throw invalid("Sec-WebSocket-Key must be 16 bytes in base64");
}

/**
 * Refuses pages of other sites: browsers send cookies along with any handshake and ask no preflight, so a page that
 * may not read a script's answers must not talk to its sockets either. Clients that are no browsers send no `Origin`.
 *
 * @param hostname Name the client asked for, without port.
 * @throws {ExecError} `originRefused`
 */
export function requireOrigin(request: Request, { cors }: Directives, hostname: string): void {
  const origin = request.headers.get("origin");
  if (origin === null || cors === "*" || cors === "reflective" || cors === origin) return;
  if (URL.canParse(origin) && bare(new URL(origin).hostname) === bare(hostname)) return;
  throw new ExecError("originRefused", `The origin "${origin.slice(0, 200)}" may not open this socket`, {
    details: { directive: "@cors" },
  });
}

/**
 * The subprotocol of a socket (RFC 6455 §4.2.2): the first of the client's that the script speaks.
 *
 * @param spoken What the script set as `ws.protocols`; the client's first offer is taken when it set nothing.
 * @returns "" for none.
 */
export function chooseProtocol(request: Request, spoken: unknown): string {
  const offered = tokensOf(request.headers.get("sec-websocket-protocol"));
  if (spoken === undefined) return offered[0] ?? "";
  const names = Array.isArray(spoken) ? spoken.map(String) : [String(spoken)];
  return offered.find((name) => names.includes(name)) ?? "";
}

/**
 * Headers of the 101 answer: the subprotocol, and what `pre` set on `res`, cookies above all.
 *
 * @param set Headers that describe a body or the connection are left out: there is no body, and the connection is ours.
 */
export function toUpgradeHeaders(set: Headers | null, protocol: string): Headers {
  const headers = new Headers(set ?? undefined);
  for (const name of [...headers.keys()])
    if (/^(?:content-|sec-websocket-|connection$|upgrade$|transfer-encoding$|trailer$)/.test(name))
      headers.delete(name);
  // Without it the runtime would agree to the client's first offer.
  headers.set("sec-websocket-protocol", protocol);
  return headers;
}

function invalid(message: string): ExecError {
  return new ExecError("handshakeInvalid", `Invalid WebSocket handshake: ${message}`);
}

function hasToken(header: string | null, token: string): boolean {
  return tokensOf(header).some((each) => each.toLowerCase() === token);
}

function tokensOf(header: string | null): string[] {
  return (header ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

/** `[::1]` → `::1` */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
}
