import type { Clock } from "../base/clock.ts";
import { isInstanceOf } from "../base/realm.ts";
import type { Directives } from "../directives/table.ts";
import { ExecError } from "../errors/exec-error.ts";
import { toRoutePattern } from "../routing/pattern.ts";
import type { Deployment } from "../scripts/deployment.ts";
import type { ActiveExecutions } from "./active.ts";
import { takePlace } from "./admit.ts";
import type { Answers } from "./answers.ts";
import type { Endpoint } from "./endpoint.ts";
import { Execution, type ExecutionHost, type RequestServer } from "./execution.ts";
import type { Executor, Run } from "./executor.ts";
import { INVOKED_METHOD } from "./handler.ts";
import { readResult } from "./invoke-result.ts";
import { OUTCOME } from "./outcomes.ts";
import { enforceReturnType } from "./return-type.ts";
import type { RunningMark } from "./running-mark.ts";
import type { LoadedScript } from "./script-unit.ts";
import type { Units } from "./units.ts";

/** A run that no request asks for. */
export interface Invocation {
  readonly deployment: Deployment;
  /** Relative to the scripts root. */
  readonly file: string;
  /** Directory whose scripts begin at "/"; relative to the scripts root. */
  readonly baseDir: string;
  /** Milliseconds from now on, loading and waiting for a place included; 0 for no limit. */
  readonly timeoutMs: number;
}

/** What became of an invocation. */
export type InvocationOutcome =
  /** `preview` is the beginning of the result as JSON; null when there is none, or it is no text. */
  | { readonly kind: "answered"; readonly preview: string | null }
  /** It threw, or its answer is a 5xx. */
  | { readonly kind: "failed"; readonly message: string }
  /** Its time is over; its code may go on. */
  | { readonly kind: "timedOut"; readonly message: string }
  | {
      readonly kind: "refused";
      readonly reason: "disabled" | "incompatible" | "notLoaded" | "busy";
      readonly message: string;
    };

/** A run that has begun. */
export interface Invoked {
  readonly executionId: string;
  /** Never rejects. */
  readonly outcome: Promise<InvocationOutcome>;
  /** Settles when its code is done, which may be long after its time limit; never rejects. */
  readonly ended: Promise<void>;
}

/** What scripts are invoked with. */
export interface InvokerOptions {
  readonly active: ActiveExecutions;
  readonly answers: Answers;
  readonly clock: Clock;
  readonly executor: Executor;
  readonly host: ExecutionHost;
  readonly log: Parameters<typeof enforceReturnType>[2];
  readonly mark: RunningMark;
  readonly units: Units;
  /** Runs that may wait for a place of one script. */
  readonly queueMax: number;
  /** What a script sees as `ws`. */
  readonly socketsOf: (endpoint: Endpoint) => Promise<unknown>;
}

/**
 * Runs scripts without a socket: for schedules, later for jobs.
 *
 * Such a run needs no token and has no middleware, which guards requests. All else holds: `@enabled`, `@mode`,
 * `@concurrent`, `@loop-limit`, `@return-type`, the deployment's own state.
 */
export class Invoker {
  readonly #options: InvokerOptions;

  constructor(options: InvokerOptions) {
    this.#options = options;
  }

  /** Begins a run. Never throws: what goes wrong is an outcome, and in the log under the execution's id. */
  invoke(invocation: Invocation): Invoked {
    const { active, clock, units, host, log } = this.#options;
    const { deployment, file, timeoutMs } = invocation;
    const unit = units.unitOf(deployment.key, file);
    const execution = new InvokedExecution(endpointOf(invocation, unit), host, clock.monotonicMs());
    const settled = Promise.withResolvers<InvocationOutcome>();
    const running = active.enter(execution, {
      timeoutMs,
      expire: () => {
        settled.resolve({ kind: "timedOut", message: `The run took longer than ${timeoutMs} ms` });
        execution.abort(new DOMException("The time limit of the run is over", "TimeoutError"));
        // What goes on after that may never end, so nobody waits for it.
        running.leave();
      },
    });
    const end = (outcome: InvocationOutcome) => {
      running.leave();
      settled.resolve(outcome);
    };
    const ended = this.#run(execution).then(end, (error) => {
      log.error(
        { script: file, executionId: execution.id, err: error },
        "A run failed outside of its script",
      );
      end({ kind: "failed", message: "Internal server error" });
    });
    return { executionId: execution.id, outcome: settled.promise, ended };
  }

  async #run(execution: InvokedExecution): Promise<InvocationOutcome> {
    const { answers, clock, executor, mark, units, queueMax } = this.#options;
    const { unit } = execution.endpoint;
    let leave: (() => void) | null = null;
    let run: Run | null = null;
    try {
      mark.step();
      units.hostGuard.check(clock.monotonicMs());
      const loaded = await this.#load(execution);
      const { signal } = execution;
      leave = await takePlace(unit, loaded, { queueMax, signal });
      // Code that goes on after its time may never end: others get its place.
      if (leave !== null) signal.addEventListener("abort", leave, { once: true });
      if (signal.aborted) return { kind: "failed", message: "The run was ended before it began" };
      mark.step();
      units.begin();
      const ws = loaded.seesSockets ? await this.#options.socketsOf(execution.endpoint) : undefined;
      run = executor.start(execution, loaded, { full: true, ws });
      return await this.#resultOf(execution, loaded, run);
    } catch (thrown) {
      if (isInstanceOf(thrown, Refusal)) return thrown.outcome;
      if (isInstanceOf(thrown, ExecError) && thrown.kind === "queueFull")
        return refused("busy", thrown.message);
      run?.res?._breakOff();
      const { message } = await readResult(answers.failed(thrown, execution), undefined, null);
      return { kind: "failed", message: execution.failure ?? message };
    } finally {
      leave?.();
    }
  }

  async #load(execution: InvokedExecution): Promise<LoadedScript> {
    const { answers, units } = this.#options;
    // A deployment that was let go of meanwhile has other units.
    const { deployment, match } = execution.endpoint;
    try {
      const loaded = await units.unitOf(deployment.key, match.file).load(refuseUnfit);
      refuseUnfit(loaded.compiled.directives.effective);
      return loaded;
    } catch (thrown) {
      if (isInstanceOf(thrown, Refusal)) throw thrown;
      const { message } = await readResult(answers.failed(thrown, execution), undefined, null);
      throw new Refusal("notLoaded", message);
    }
  }

  /** @throws What the script throws. */
  async #resultOf(execution: InvokedExecution, loaded: LoadedScript, run: Run): Promise<InvocationOutcome> {
    const { answers, log, mark } = this.#options;
    const value = await enforceReturnType(await run.invoke(undefined), loaded, log);
    // What the script handed over may have code of its own: getters, `toJSON`.
    const answer = await mark.around(loaded.place, () => answers.of(execution, run, value));
    const result = await readResult(answer, run.res?.headersSent ? undefined : value, execution.signal);
    return answer.status >= 500
      ? { kind: "failed", message: execution.failure ?? result.message }
      : { kind: "answered", preview: result.preview };
  }
}

/** The request that stands for nobody's. */
class InvokedExecution extends Execution {
  /** Recorded by whoever asked for the run, as no request. */
  override outcome: number = OUTCOME.elsewhere;
  /** What went wrong, in more words than the answer to it has; null when nothing did. */
  failure: string | null = null;

  constructor(endpoint: Endpoint, host: ExecutionHost, startedMs: number) {
    const url = new URL(`http://localhost${endpoint.match.routePattern}`).href;
    // Failures are then written in a form that can be read again.
    const request = new Request(url, { headers: { accept: "application/json" } });
    super(request, NO_SERVER, endpoint, url, null, host, startedMs);
  }

  override noteFailure(message: string): void {
    this.failure = message;
    super.noteFailure(message);
  }

  override get method(): string {
    return INVOKED_METHOD;
  }

  override get trigger(): "cron" {
    return "cron";
  }

  /** Nobody's: what a proxy would have added is not there. */
  override get clientIp(): string {
    return "";
  }
}

/** A connection that nobody is at the other end of. */
const NO_SERVER: RequestServer = {
  requestIP: () => null,
  timeout: () => undefined,
  upgrade: () => false,
};

function endpointOf({ deployment, file, baseDir }: Invocation, unit: Endpoint["unit"]): Endpoint {
  const routePattern = toRoutePattern(file, baseDir);
  const match = {
    file,
    routePattern,
    parameters: {},
    type: "static",
    baseDir,
    pre: null,
    post: null,
  } as const;
  return { unit, deployment, hostname: "localhost", match, pathQuery: "" };
}

/** Why a run does not begin. */
class Refusal extends Error {
  readonly outcome: InvocationOutcome;

  constructor(reason: (InvocationOutcome & { kind: "refused" })["reason"], message: string) {
    super(message);
    this.outcome = refused(reason, message);
  }
}

/** @throws {Refusal} For a script that is not to run; also before anything is installed for it. */
function refuseUnfit({ enabled, websocket }: Directives): void {
  if (!enabled) throw new Refusal("disabled", "The script says // @enabled false");
  if (websocket) throw new Refusal("incompatible", "A script with // @websocket cannot be scheduled");
}

function refused(
  reason: (InvocationOutcome & { kind: "refused" })["reason"],
  message: string,
): InvocationOutcome {
  return { kind: "refused", reason, message };
}
