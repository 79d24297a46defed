import { digestOf } from "../base/digest.ts";
import type { Grammar } from "./grammars.ts";
import { isRole, isScope, ROLES, SCOPES, type Scope } from "./scopes.ts";

/** One token of the control API. Its text is kept nowhere: what does not exist cannot be shown by mistake. */
export interface ApiToken {
  /** SHA-256 of the text. */
  readonly digest: Uint8Array;
  readonly scopes: ReadonlySet<Scope>;
  /** Whether the text is so short that it could be guessed. */
  readonly isShort: boolean;
}

/** Characters below which a token is called short: 16 random ones of a base64 alphabet are 96 bits. */
export const SHORT_TOKEN_LENGTH = 16;

/**
 * Tokens of the control API, one a line: `token`, `token:role`, or `token:` and a comma list of scopes and roles.
 *
 * Everything visible in ASCII can stand in a token but `:` and `,`, which divide a line: what a header can carry and
 * no shell takes apart.
 */
export const apiTokens: Grammar<readonly ApiToken[]> = {
  accepts:
    'a token of visible ASCII characters without ":" and ",", alone (role admin), or followed by ":" and roles or ' +
    `scopes separated by commas; roles are ${Object.keys(ROLES).join(", ")}, scopes ${SCOPES.join(", ")}`,
  placeholder: "<token[:role]>",
  repeatable: true,
  read(text) {
    const specs = text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    const tokens = specs.map(readApiToken);
    return tokens.length > 0 && tokens.every((token) => token !== undefined) ? tokens : undefined;
  },
  print: () => "[REDACTED]",
};

/** Reads one line; undefined when it cannot be used. */
export function readApiToken(spec: string): ApiToken | undefined {
  const [text = "", words = "admin"] = splitAtColon(spec);
  if (!/^[\x21-\x7e]+$/.test(text) || text.includes(",")) return undefined;
  const scopes = new Set<Scope>();
  for (const word of words.split(",").map((each) => each.trim())) {
    if (isRole(word)) for (const scope of ROLES[word]) scopes.add(scope);
    else if (isScope(word)) scopes.add(word);
    else return undefined;
  }
  return { digest: digestOf(text), scopes, isShort: text.length < SHORT_TOKEN_LENGTH };
}

/** At the first one: scopes hold further ones. */
function splitAtColon(spec: string): readonly string[] {
  const at = spec.indexOf(":");
  return at < 0 ? [spec] : [spec.slice(0, at), spec.slice(at + 1)];
}
