import type { Place } from "../compiler/excerpt.ts";
import { ExecError } from "../errors/exec-error.ts";

/**
 * Thrown into a script whose loop ran too long. Frozen, and a class of its own: a script that catches it must not
 * shape an answer by changing it.
 */
export class LoopLimitError extends Error {
  override readonly name = "LoopLimitError";
  /** Relative to the scripts root. */
  readonly script: string;
  /** Where the loop's statement begins. */
  readonly place: Place;
  readonly loopLimitMs: number;

  constructor(options: { readonly script: string; readonly place: Place; readonly loopLimitMs: number }) {
    const { script, place, loopLimitMs } = options;
    super(
      `The loop in line ${place.line} ran for ${loopLimitMs} ms without yielding, the limit of @loop-limit`,
    );
    this.script = script;
    this.place = Object.freeze({ ...place });
    this.loopLimitMs = loopLimitMs;
    // Made on first use, which freezing would prevent.
    void this.stack;
    Object.freeze(this);
  }

  /** The answer to the request whose script it ended. */
  toExecError(): ExecError {
    const { script, place, loopLimitMs } = this;
    return new ExecError("scriptLoopLimit", undefined, {
      extra: { loopLimitMs },
      details: { script, line: place.line, directive: "@loop-limit" },
      cause: this,
    });
  }
}
