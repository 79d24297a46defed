import { timingSafeEqual } from "node:crypto";
import { digestOf } from "../base/digest.ts";
import type { ApiToken } from "../config/api-token.ts";
import type { Scope } from "../config/scopes.ts";

/** The tokens of the control API. */
export class Tokens {
  readonly #tokens: readonly ApiToken[];
  readonly #isEqual: typeof timingSafeEqual;

  /** @param isEqual Compares two digests in a time that does not depend on them. */
  constructor(tokens: readonly ApiToken[], isEqual = timingSafeEqual) {
    this.#tokens = tokens;
    this.#isEqual = isEqual;
  }

  /** Whether there are none: the control API is then open to whoever reaches it (running.md §4). */
  get isEmpty(): boolean {
    return this.#tokens.length === 0;
  }

  /**
   * What the bearer of a text may do; null when it is none of the tokens.
   *
   * Every token is compared, in constant time: neither how much of a guess was right shows, nor which token it was.
   */
  scopesOf(text: string): ReadonlySet<Scope> | null {
    const digest = digestOf(text);
    let scopes: ReadonlySet<Scope> | null = null;
    for (const token of this.#tokens) if (this.#isEqual(digest, token.digest)) scopes = token.scopes;
    return scopes;
  }
}
