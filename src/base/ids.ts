/** Crockford's base 32, the alphabet of ULID. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RANDOM_CHARACTERS = 16;
/** Random bytes fetched at once: asking for each id alone costs more than the id. */
const POOL_BYTES = 4096;

/** Makes ids of executions and requests: sortable by time, unique without coordination (ULID). */
export class IdSource {
  readonly #pool = new Uint8Array(POOL_BYTES);
  #used = POOL_BYTES;

  /**
   * @param prefix Put before the 26 characters, as in `exec_01J…`.
   * @param atMs Milliseconds since the epoch.
   */
  next(prefix: string, atMs: number): string {
    let time = "";
    for (let rest = atMs, digits = 10; digits > 0; digits--) {
      time = ALPHABET[rest % 32] + time;
      rest = Math.floor(rest / 32);
    }
    if (this.#used + RANDOM_CHARACTERS > POOL_BYTES) {
      crypto.getRandomValues(this.#pool);
      this.#used = 0;
    }
    let random = "";
    for (let at = 0; at < RANDOM_CHARACTERS; at++)
      random += ALPHABET[(this.#pool[this.#used + at] ?? 0) % 32];
    this.#used += RANDOM_CHARACTERS;
    return prefix + time + random;
  }
}
