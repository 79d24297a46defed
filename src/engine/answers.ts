import type { Logger } from "pino";
import type { Ai } from "../ai/ai.ts";
import { isError, isInstanceOf } from "../base/realm.ts";
import type { ActiveExecutions } from "./active.ts";
import { timeoutError } from "./admit.ts";
import type { Execution } from "./execution.ts";
import { ExecutionStreaming, type Outlet } from "./execution-streaming.ts";
import type { Run } from "./executor.ts";
import type { FailurePresenter, PresentedFailure } from "./failure.ts";
import { keepOpen } from "./idle.ts";
import { LoopLimitError } from "./loop-limit-error.ts";
import type { LoopTurns } from "./loop-turns.ts";
import type { Outcomes } from "./outcomes.ts";
import { isOpenEnded, plainResponse, toResponse } from "./respond.ts";
import type { RunningMark } from "./running-mark.ts";

/** What an answer needs to know of its run. */
type Outcome = Pick<Run, "res" | "stringify">;

/** How long a run may take. */
export interface TimeLimit {
  /** Milliseconds; 0 for no limit. */
  readonly timeoutMs: number;
  /** Called when the limit is over and the run is not. */
  readonly onExpired?: () => void;
}

/** What the answers are made with. */
export interface AnswersOptions {
  readonly active: ActiveExecutions;
  readonly ai: Ai;
  readonly failures: FailurePresenter;
  readonly log: Logger;
  readonly loopTurns: LoopTurns;
  readonly mark: RunningMark;
  /** Largest body that is copied for its client. */
  readonly copyBytesMax: number;
  readonly outcomes: Outcomes;
}

/** Makes answers of what runs return, throw, or do not do in time. */
export class Answers implements Outlet {
  readonly mark: RunningMark;
  readonly ai: Ai;
  readonly copyBytesMax: number;
  readonly #active: ActiveExecutions;
  readonly #failures: FailurePresenter;
  readonly #log: Logger;
  readonly #loopTurns: LoopTurns;
  readonly #outcomes: Outcomes;

  constructor(options: AnswersOptions) {
    this.#active = options.active;
    this.#failures = options.failures;
    this.#log = options.log;
    this.#loopTurns = options.loopTurns;
    this.mark = options.mark;
    this.ai = options.ai;
    this.copyBytesMax = options.copyBytesMax;
    this.#outcomes = options.outcomes;
  }

  /** Answers as soon as the script has, or when its time is over; the script may go on after that. */
  whenSettled(
    execution: Execution,
    run: Outcome,
    value: PromiseLike<unknown>,
    limit: TimeLimit,
  ): Promise<Response> {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const { res } = run;
    let isOver = false;
    /** What the script answered before it was done. */
    let begun: Response | Promise<Response> | null = null;
    const { timeoutMs } = limit;
    this.#outcomes.waits(execution);
    const running = this.#active.enter(execution, {
      timeoutMs,
      expire: () => {
        isOver = true;
        resolve(this.failed(timeoutError(execution.endpoint.match.file, timeoutMs), execution));
        execution.abort(new DOMException("The time limit of the script is over", "TimeoutError"));
        // What goes on after that may never end, so nobody waits for it.
        running.leave();
        limit.onExpired?.();
      },
    });
    const fail = (thrown: unknown) => {
      running.leave();
      resolve(this.failed(thrown, execution));
      res?._breakOff();
    };
    const settle = (response: Response) => {
      if (execution.isStreaming) keepOpen(execution.request, execution.server);
      resolve(response);
    };
    const succeed = (result: unknown) => {
      if (isOver) return; // A stream that nobody would read must not be begun.
      const answer = begun ?? this.of(execution, run, result);
      const finish = (response: Response) => {
        running.leave();
        settle(response);
      };
      if (answer instanceof Response) finish(answer);
      else answer.then(finish);
    };
    try {
      // What the script handed over may have code of its own: getters, `toJSON`.
      value.then((result) => this.mark.around(execution.endpoint.unit.place, () => succeed(result)), fail);
    } catch (thrown) {
      fail(thrown); // The `then` of a thenable is the script's own code.
    }
    res?._whenBegun(() => {
      begun = this.of(execution, run, undefined);
      if (begun instanceof Response) settle(begun);
      else begun.then(settle);
    });
    return promise;
  }

  /** The answer to what a script returned at once. What takes long to begin has the same time limit as a promise. */
  now(execution: Execution, run: Outcome, value: unknown, limit: TimeLimit): Response | Promise<Response> {
    // Asking what a value is costs more than writing most of them.
    const plain = run.res === null ? plainResponse(value, run.stringify) : null;
    if (plain !== null) return this.#done(execution, plain, 200);
    const isQuick = value instanceof Response && !new ExecutionStreaming(execution, this).isPossible;
    if (isQuick || !isOpenEnded(value, run.res)) return this.of(execution, run, value);
    return this.whenSettled(execution, run, Promise.resolve(value), limit);
  }

  /** The answer to a value; a value that cannot be one is a failure of the script. */
  of(execution: Execution, run: Outcome, value: unknown): Response | Promise<Response> {
    try {
      const plain = run.res === null ? plainResponse(value, run.stringify) : null;
      if (plain !== null) return this.#done(execution, plain, 200);
      if (isError(value) && !run.res?.headersSent) this.#returned(value, execution);
      const streaming = new ExecutionStreaming(execution, this);
      const response = toResponse(value, run.res, run.stringify, streaming);
      if (response instanceof Response) return this.#done(execution, response, response.status);
      return response.then(
        (each) => this.#done(execution, each, each.status),
        (thrown) => this.failed(thrown, execution),
      );
    } catch (thrown) {
      return this.failed(thrown, execution);
    }
  }

  /** An error that a script hands over as its answer is one all the same: it is found again by its id. */
  #returned(error: unknown, execution: Execution): void {
    const { id: executionId, endpoint, request } = execution;
    const { message, report } = this.#failures.present(error, request, {
      script: endpoint.match.file,
      executionId,
    });
    execution.logged = true;
    execution.noteFailure(message);
    this.#log.error({ ...report, executionId }, "Script returned an error");
    this.#outcomes.failed(execution, 500, message);
  }

  /** The answer to what a script threw at once: what it had answered by then stands, what it had begun does not. */
  broken(thrown: unknown, execution: Execution, run: Run | null): Response | Promise<Response> {
    const failure = this.failed(thrown, execution);
    if (run?.res?.writableEnded) return this.of(execution, run, undefined);
    run?.res?._breakOff();
    return failure;
  }

  /** The answer to whatever was thrown, logged under the execution's id. */
  failed(thrown: unknown, execution: Execution): Response {
    const { request, endpoint, id } = execution;
    const { response, message } = this.#present(thrown, request, endpoint.match.file, id);
    execution.noteFailure(message);
    this.#outcomes.failed(execution, response.status, message);
    if (execution.isStreaming) this.streamed(execution);
    return response;
  }

  /** The same where no script was to run, which is recorded nowhere. */
  refused(thrown: unknown, request: Request, script: string, executionId: string): Response {
    return this.#present(thrown, request, script, executionId).response;
  }

  #present(thrown: unknown, request: Request, script: string, executionId: string): PresentedFailure {
    const presented = this.#failures.present(thrown, request, { script, executionId });
    const { response, report } = presented;
    // It arrived here, so its script did not catch it to go on with other loops.
    if (isInstanceOf(thrown, LoopLimitError)) this.#loopTurns.begin();
    if (report !== null) this.#log.error({ ...report, executionId }, "Script failed");
    else if (response.status >= 500) this.#log.warn({ script, executionId, err: thrown }, "Request failed");
    return presented;
  }

  /** An answer is there; one of a script that printed something carries the id under which the log has it. */
  #done(execution: Execution, response: Response, status: number): Response {
    if (execution.logged) response.headers.set("x-execution-id", execution.id);
    // After HEAD nobody reads it.
    if (execution.isStreaming && execution.request.method === "HEAD") execution.isStreaming = false;
    if (execution.isStreaming) execution.status = status;
    else this.#outcomes.answered(execution, status);
    return response;
  }

  /** A stream has ended, or nobody reads it any more. Before its answer is there, that one is still to be counted. */
  streamed(execution: Execution): void {
    execution.isStreaming = false;
    this.#active.streamed(execution);
    if (execution.status !== 0) this.#outcomes.answered(execution, execution.status);
  }
}
