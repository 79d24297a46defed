/** Which check a script failed. */
export type FailedCheck = "syntax" | "typescript";

/** A script that cannot be compiled, with the place in the author's own text. */
export class CompileError extends Error {
  override readonly name = "CompileError";
  /** Relative to the scripts root. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units as editors count. */
  readonly column: number;
  /** The lines around the place, numbered, with a caret under the column. */
  readonly excerpt: string;
  readonly check: FailedCheck;

  constructor(
    message: string,
    place: { file: string; line: number; column: number; excerpt: string; check: FailedCheck },
  ) {
    super(message);
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
    this.excerpt = place.excerpt;
    this.check = place.check;
  }
}
