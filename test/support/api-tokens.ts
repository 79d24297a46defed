import { ROLES, SCOPES } from "../../src/config/scopes.ts";

/** TABLE: one token for each role and for each single scope: what stands behind `--api-token text:` → its text. */
export const TOKENS: ReadonlyMap<string, string> = new Map(
  [...Object.keys(ROLES), ...SCOPES.filter((scope) => scope !== "admin")].map((grant) => [
    grant,
    `T0ken-of-${grant.replace(":", "-")}-5f3a9c`,
  ]),
);

/** A text that is none of them. */
export const WRONG_TOKEN = "T0ken-of-nobody-5f3a9c";

/** The flags that give a server all of them. */
export const TOKEN_FLAGS: readonly string[] = [...TOKENS].map(
  ([grant, text]) => `--api-token=${text}:${grant}`,
);

/** The text of the token with one role or scope. */
export function tokenOf(grant: string): string {
  const text = TOKENS.get(grant);
  if (text === undefined) throw new Error(`Cannot find a token for "${grant}"`);
  return text;
}

/** A header that presents a token. */
export function bearer(text: string): { readonly authorization: string } {
  return { authorization: `Bearer ${text}` };
}
