import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import type { ActiveExecutions } from "./active.ts";
import { timeoutError } from "./admit.ts";
import type { Execution } from "./execution.ts";
import type { Run } from "./executor.ts";
import type { FailurePresenter } from "./failure.ts";
import { LoopLimitError } from "./loop-limit-error.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { isOpenEnded, plainResponse, toResponse } from "./respond.ts";

/** What an answer needs to know of its run. */
type Outcome = Pick<Run, "res" | "stringify">;

/** How long a run may take. */
export interface TimeLimit {
  /** Milliseconds; 0 for no limit. */
  readonly timeoutMs: number;
  /** When it began, in monotonic milliseconds; now when left out. */
  readonly sinceMs?: number | undefined;
  /** Called when the limit is over and the run is not. */
  readonly onExpired?: () => void;
}

/** What the answers are made with. */
export interface AnswersOptions {
  readonly active: ActiveExecutions;
  readonly clock: Clock;
  readonly failures: FailurePresenter;
  readonly log: Logger;
  readonly loopTurns: LoopTurns;
}

/** Makes answers of what runs return, throw, or do not do in time. */
export class Answers {
  readonly #active: ActiveExecutions;
  readonly #clock: Clock;
  readonly #failures: FailurePresenter;
  readonly #log: Logger;
  readonly #loopTurns: LoopTurns;

  constructor(options: AnswersOptions) {
    this.#active = options.active;
    this.#clock = options.clock;
    this.#failures = options.failures;
    this.#log = options.log;
    this.#loopTurns = options.loopTurns;
  }

  /** Answers as soon as the script has, or when its time is over; the script may go on after that. */
  whenSettled(
    execution: Execution,
    run: Outcome,
    value: PromiseLike<unknown>,
    limit: TimeLimit,
  ): Promise<Response> {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const { timeoutMs, sinceMs = this.#clock.monotonicMs() } = limit;
    const running = this.#active.enter(execution, {
      timeoutMs,
      sinceMs,
      expire: () => {
        resolve(this.failed(timeoutError(execution.endpoint.match.file, timeoutMs), execution));
        execution.abort(new DOMException("The time limit of the script is over", "TimeoutError"));
        // What goes on after that may never end, so nobody waits for it.
        running.leave();
        limit.onExpired?.();
      },
    });
    const { res } = run;
    const fail = (thrown: unknown) => {
      running.leave();
      resolve(this.failed(thrown, execution));
      res?._breakOff(thrown);
    };
    try {
      value.then((result) => {
        running.leave();
        resolve(this.of(execution, run, result));
      }, fail);
    } catch (thrown) {
      fail(thrown); // The `then` of a thenable is the script's own code.
    }
    res?._whenBegun(() => resolve(this.of(execution, run, undefined)));
    return promise;
  }

  /** The answer to a value; a value that cannot be one is a failure of the script. */
  of(execution: Execution, run: Outcome, value: unknown): Response | Promise<Response> {
    try {
      const plain = run.res === null && !execution.logged ? plainResponse(value, run.stringify) : null;
      if (plain !== null) return plain;
      const response = toResponse(value, run.res, run.stringify, (thrown) => this.failed(thrown, execution));
      // Without a word for some seconds the runtime would take the connection for dead.
      if (isOpenEnded(value, run.res)) execution.server.timeout(execution.request, 0);
      if (response instanceof Response)
        return execution.logged ? this.#withId(execution, response) : response;
      return response.then(
        (each) => this.#withId(execution, each),
        (thrown) => this.failed(thrown, execution),
      );
    } catch (thrown) {
      return this.failed(thrown, execution);
    }
  }

  /** The answer to whatever was thrown, logged under the execution's id. */
  failed(thrown: unknown, execution: Execution): Response {
    return this.refused(thrown, execution.request, execution.endpoint.match.file, execution.id);
  }

  /** The same where no execution was made. */
  refused(thrown: unknown, request: Request, script: string, executionId: string): Response {
    const { response, report } = this.#failures.present(thrown, request, { script, executionId });
    // It arrived here, so its script did not catch it to go on with other loops.
    if (thrown instanceof LoopLimitError) this.#loopTurns.begin();
    if (report !== null) this.#log.error({ ...report, executionId }, "Script failed");
    else if (response.status >= 500) this.#log.warn({ script, executionId, err: thrown }, "Request failed");
    return response;
  }

  /** An answer of a script that printed something carries the id under which the log has it. */
  #withId(execution: Execution, response: Response): Response {
    if (execution.logged) response.headers.set("x-execution-id", execution.id);
    return response;
  }
}
