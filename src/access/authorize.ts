import { ExecError } from "../errors/exec-error.ts";
import type { Access } from "./routes.ts";
import type { Tokens } from "./tokens.ts";

/**
 * Decides whether a caller may use a route (operations.md §2.3).
 *
 * Without tokens everybody may: the server listens on loopback, or something in front of it decides. With them, a
 * wrong token is refused even where none is needed: its bearer should learn of it.
 *
 * @param access `token` asks for any valid one: whoever has none does not even learn which routes there are.
 * @param presented What the caller sent as a token.
 * @throws {ExecError} `unauthorized` without a valid token, `scopeMissing` with one that is not for this.
 */
export function authorize(access: Access | "token", presented: string | null, tokens: Tokens): void {
  if (tokens.isEmpty) return;
  const scopes = presented === null ? null : tokens.scopesOf(presented);
  if (presented !== null && scopes === null) throw unauthorized("the token is not valid");
  if (access === "public") return;
  if (scopes === null) throw unauthorized("a token is required");
  if (access === "token" || scopes.has(access)) return;
  throw new ExecError("scopeMissing", `The token does not have the scope ${access}`, {
    details: { field: "authorization", reason: `needs the scope ${access}`, scope: access },
  });
}

function unauthorized(reason: string): ExecError {
  return new ExecError("unauthorized", undefined, {
    details: { field: "authorization", reason },
    headers: { "www-authenticate": 'Bearer realm="hoody-exec"' },
  });
}
