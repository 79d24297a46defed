import type { Recorder } from "../metrics/recorder.ts";
import type { Execution } from "./execution.ts";

/** How far the outcome of an execution is known. */
export const OUTCOME = { pending: 0, answered: 1, failed: 2, elsewhere: 3 } as const;

/**
 * Tells the recorder how executions end: each one once, by what comes first, its answer, its failure or its time limit.
 *
 * A script that fails after it has answered has failed all the same; the request is not counted a second time.
 */
export class Outcomes {
  readonly #recorder: Recorder | null;

  /** @param recorder Null when nothing is recorded. */
  constructor(recorder: Recorder | null) {
    this.#recorder = recorder;
  }

  /** An execution waits for something from now on; its outcome ends that. */
  waits(execution: Execution): void {
    if (this.#recorder === null || execution.outcome !== OUTCOME.pending) return;
    execution.waitsIn ??= this.#recorder.waits(execution.endpoint.unit);
  }

  /** Its answer is complete, or as good as: what is left of it is the runtime's. */
  answered(execution: Execution, status: number): void {
    if (this.#recorder === null || execution.outcome !== OUTCOME.pending) return;
    execution.outcome = OUTCOME.answered;
    this.#recorder.finished(execution.endpoint.unit, execution.request.method, execution.startedMs);
    if (execution.waitsIn !== null) this.#recorder.waited(execution.waitsIn);
    if (status >= 500) this.failed(execution, status, `Answered with ${status}`);
  }

  /** It threw, or its time was over. */
  failed(execution: Execution, statusCode: number, message: string): void {
    if (this.#recorder === null || execution.outcome >= OUTCOME.failed) return;
    this.answered(execution, 0);
    if (statusCode < 500) return; // A refusal is the caller's.
    execution.outcome = OUTCOME.failed;
    this.#recorder.failed(execution.endpoint.unit, { statusCode, message, executionId: execution.id });
  }
}
