import { SECRET_NAMES } from "./redact.ts";

/** Longest text that is searched for secrets, in UTF-16 units. */
const SEARCHED_MAX = 4_096;

/** `token=abc`, `"api_key": "abc"`, `Authorization: Bearer abc`: a name, its separator, its value. */
const PAIR = new RegExp(
  [
    `(?<![\\w-])(?<name>${SECRET_NAMES.map((name) => name.replace("_", "[-_]?")).join("|")})`,
    /(?<between>["']?\s{0,8}[:=]\s{0,8})/.source,
    /(?:(?:bearer|basic)\s+\S+|"[^"]*"?|'[^']*'?|[^\s,;&)}\]"']+)/.source,
  ].join(""),
  "gi",
);

/** A credential that stands without a name. */
const CREDENTIAL = /\b(?<scheme>bearer|basic)\s+(?!\*\*\*)[\w.~+/=-]+/gi;

/** `https://user:password@host`: what stands before the host. */
const USER_INFO = /\b(?<scheme>[a-z][a-z\d+.-]{0,30}:\/\/)[^\s/@]{1,500}@/gi;

/**
 * A text for people as one line: control characters become spaces, values of secrets `***` (metrics.md §6).
 *
 * @param codePointsMax What is longer is cut.
 */
export function toRedactedLine(text: string, codePointsMax: number): string {
  const line = text
    .slice(0, SEARCHED_MAX)
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .replaceAll(USER_INFO, "$<scheme>***@")
    .replaceAll(PAIR, "$<name>$<between>***")
    .replaceAll(CREDENTIAL, "$<scheme> ***")
    .trim();
  return [...line].slice(0, codePointsMax).join("").trimEnd().toWellFormed();
}
