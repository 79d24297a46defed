import { timingSafeEqual } from "node:crypto";
import { digestOf } from "../base/digest.ts";
import { ExecError } from "../errors/exec-error.ts";

/**
 * Checks a script's `@token` (script-runtime.md §12): the first credential present, in the contract's order.
 *
 * @param tokens Any of them opens the script.
 * @throws {ExecError} `unauthorized`
 */
export function requireToken(tokens: readonly string[], request: Request, query: string): void {
  const given = givenToken(request.headers, query);
  if (given !== null && isOneOf(given, tokens)) return;
  const message = given === null ? "A token is required" : "The token is not valid";
  throw new ExecError("unauthorized", undefined, {
    extra: { message },
    headers: { "www-authenticate": 'Bearer realm="hoody-exec"' },
  });
}

function givenToken(headers: Headers, query: string): string | null {
  const authorization = headers.get("authorization") ?? "";
  const bearer = /^bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = /^basic\s+(\S+)\s*$/i.exec(authorization)?.[1];
  if (basic !== undefined) {
    const credentials = Buffer.from(basic, "base64").toString();
    return credentials.slice(credentials.indexOf(":") + 1);
  }
  return headers.get("x-token") ?? new URLSearchParams(query).get("token");
}

/** Compares hashes, so that neither length nor content shows in the time it takes; every token is compared. */
function isOneOf(given: string, tokens: readonly string[]): boolean {
  const digest = digestOf(given);
  let found = false;
  for (const token of tokens) if (timingSafeEqual(digest, digestOf(token))) found = true;
  return found;
}
