import { createHash } from "node:crypto";

/**
 * SHA-256 of a text.
 *
 * Secrets are compared by their digests: these have one length, so that a comparison in constant time is possible and
 * tells nothing of the text, not even how long it is.
 */
export function digestOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
