import { CompileError } from "./compile-error.ts";
import { toExcerpt } from "./excerpt.ts";

/** Longest beginning of a source that is looked at for an excerpt, in UTF-16 units. */
const EXCERPT_LENGTH_MAX = 4_096;

/** The bound of a script's source: while one is compiled, nothing else runs. */
export class SourceLimit {
  readonly #bytesMax: number;
  #refused = 0;

  /** @param bytesMax Largest source, in bytes of UTF-8. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Sources refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** What is wrong with a source that is too large, counted; null for any other. */
  errorOf(source: string, file: string): CompileError | null {
    // A UTF-16 unit takes three bytes at most.
    if (source.length * 3 <= this.#bytesMax) return null;
    const bytes = Buffer.byteLength(source);
    if (bytes <= this.#bytesMax) return null;
    this.#refused++;
    const place = { line: 1, column: 1 };
    return new CompileError(
      `Script of ${bytes} bytes is over the limit of ${this.#bytesMax}: keep data in JSON files, or raise --script-size-max`,
      { file, ...place, excerpt: toExcerpt(source.slice(0, EXCERPT_LENGTH_MAX), place), check: "syntax" },
    );
  }
}
