import { isIP } from "node:net";
import { ExecError } from "../errors/exec-error.ts";

/** How the address of an OpenAPI document ends (control-api.md §15). */
const ENDINGS = [".json", ".yaml", "/documentation/json", "/documentation/yaml"];

/** Longest address that is taken, in characters. */
const LENGTH_MAX = 2048;

/** Endings of names that belong to one machine or one network, or to nobody (RFC 2606, RFC 6761, RFC 6762, RFC 8375). */
const SPECIAL_ENDINGS = [".localhost", ".local", ".internal", ".home.arpa", ".test", ".example", ".invalid"];

/**
 * The address of an OpenAPI document.
 *
 * @param allowLocal Whether http, other ports and addresses of the own network are taken, for development.
 * @throws {ExecError} `invalidInput`.
 */
export function parseSourceUrl(text: string, allowLocal: boolean): URL {
  const url = text.length <= LENGTH_MAX ? URL.parse(text) : null;
  const reason =
    url === null ? "must be a URL" : (reasonAgainst(url, allowLocal) ?? reasonAgainstEnding(url));
  if (url !== null && reason === null) return url;
  throw new ExecError("invalidInput", `Invalid source_url: ${reason}`, {
    details: { field: "source_url", reason },
  });
}

/**
 * Why the server may not be made to call an address; null when it may. What its name resolves to is another question.
 *
 * Without that, whoever writes a document could reach what only this machine can: its own services, its network, the
 * metadata of its cloud.
 */
export function reasonAgainst(url: URL, allowLocal: boolean): string | null {
  if (url.protocol !== "https:" && !(allowLocal && url.protocol === "http:")) return "must be HTTPS";
  if (url.username !== "" || url.password !== "") return "must hold no credentials; send them as source_auth";
  if (allowLocal) return null;
  const name = url.hostname.replace(/\.$/, "");
  if (isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0) return "must name a domain, not an address";
  if (!name.includes(".") || SPECIAL_ENDINGS.some((ending) => name.endsWith(ending)))
    return "must name a public domain";
  return url.port === "" ? null : "must use port 443";
}

function reasonAgainstEnding({ pathname }: URL): string | null {
  return ENDINGS.some((ending) => pathname.endsWith(ending)) ? null : `must end in ${ENDINGS.join(", ")}`;
}
