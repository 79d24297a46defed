import type { Logger } from "pino";
import type { Clock } from "../../base/clock.ts";
import { withDeadline } from "../../base/deadline.ts";
import type { IdSource } from "../../base/ids.ts";
import { toRecord } from "../../base/record.ts";
import { ExecError } from "../../errors/exec-error.ts";
import type { Recorder } from "../../metrics/recorder.ts";
import type { ActiveExecutions } from "../active.ts";
import { requireAccess, timeoutError } from "../admit.ts";
import type { Answers } from "../answers.ts";
import type { Endpoint } from "../endpoint.ts";
import type { TimedArrival } from "../engine-options.ts";
import type { ExecutionHost } from "../execution.ts";
import type { Executor, Run } from "../executor.ts";
import type { HostGuard } from "../host-guard.ts";
import type { LoopTurns } from "../loop-turns.ts";
import type { RunningMark } from "../running-mark.ts";
import type { LoadedScript } from "../script-unit.ts";
import type { ThrownReport } from "../thrown.ts";
import type { SocketCounters } from "./counters.ts";
import { HandshakeExecution, SetUpExecution } from "./executions.ts";
import { chooseProtocol, requireHandshake, requireOrigin, toUpgradeHeaders } from "./handshake.ts";
import type { SocketHub } from "./hub.ts";
import { createHubView, createLonelyFacade, type HubFacade } from "./hub-facade.ts";
import { SocketRun } from "./run.ts";
import { type SessionHost, SocketSession } from "./session.ts";
import { UPGRADED } from "./upgraded.ts";

/** What the sockets work with. */
export interface SocketsServices {
  readonly active: ActiveExecutions;
  readonly answers: Answers;
  readonly clock: Clock;
  readonly counters: SocketCounters;
  readonly executor: Executor;
  readonly host: ExecutionHost;
  readonly hostGuard: HostGuard;
  readonly ids: IdSource;
  readonly log: Logger;
  readonly loopTurns: LoopTurns;
  readonly mark: RunningMark;
  readonly recorder: Recorder | null;
  readonly load: (deploymentKey: string, file: string) => LoadedScript | Promise<LoadedScript>;
  readonly explain: (thrown: unknown) => ThrownReport;
}

/** A handshake, as it came in. */
export type Handshake = TimedArrival;

/** Where places for sockets are given out, and sessions report to. */
export interface SocketPlaces extends SessionHost {
  /** Whether no other socket is let in. */
  readonly isClosing: boolean;
  /**
   * Takes a place. @returns Gives it back; an open socket has one of its own.
   *
   * @throws {ExecError} `shuttingDown`, `socketsFull`.
   */
  enter(): () => void;
}

/** The way of a handshake: guards, `pre`, the run that serves it, the upgrade. Loaded for the first one. */
export class SocketAdmission {
  readonly #services: SocketsServices;
  readonly #places: SocketPlaces;

  constructor(services: SocketsServices, places: SocketPlaces) {
    this.#services = services;
    this.#places = places;
  }

  /** Answers a handshake to a script that takes sockets. Never rejects. */
  answer(endpoint: Endpoint, loaded: LoadedScript, handshake: Handshake): Promise<Response> {
    const { active, answers } = this.#services;
    const { request, server, url, startedMs, host } = handshake;
    const { timeoutMs } = loaded;
    const execution = new HandshakeExecution(request, server, endpoint, url, host, startedMs);
    host.begun?.(execution);
    const { promise, resolve } = Promise.withResolvers<Response>();
    const running = active.enter(execution, {
      timeoutMs,
      expire: () => {
        resolve(answers.failed(timeoutError(loaded.compiled.file, timeoutMs), execution));
        execution.abort(new DOMException("The time limit of the script is over", "TimeoutError"));
        running.leave();
      },
    });
    const fail = (thrown: unknown) => resolve(answers.failed(thrown, execution));
    this.#admit(execution, loaded, handshake).then(resolve, fail).finally(running.leave);
    return promise;
  }

  /** `ws` of a plain HTTP request to a script. */
  viewOf({ unit, match }: Endpoint): HubFacade {
    let alone: HubFacade | null = null;
    return createHubView(() => {
      const facade = unit.state.hubs.find(match)?.current?.facade;
      if (facade !== undefined) return facade;
      alone ??= createLonelyFacade(unit.state.createSet());
      return alone;
    });
  }

  async #admit(execution: HandshakeExecution, loaded: LoadedScript, handshake: Handshake): Promise<Response> {
    const { request, query } = handshake;
    const { match, unit, hostname } = execution.endpoint;
    const { effective } = loaded.compiled.directives;
    requireAccess(effective, request, query);
    requireHandshake(request);
    requireOrigin(request, effective, hostname);
    const leave = this.#places.enter();
    this.#services.loopTurns.begin();
    const hub = unit.state.hubs.of(match);
    hub.enterHandshake();
    try {
      const run = this.#services.executor.start(execution, loaded, {
        full: true,
        ws: this.viewOf(execution.endpoint),
      });
      const refusal = effective["websocket-pre"] ? await this.#refusalOf(run, execution) : null;
      if (refusal !== null) return refusal;
      const socketRun = await this.#runOf(hub, execution, handshake);
      return this.#open(execution, run, socketRun);
    } finally {
      leave();
      hub.leaveHandshake();
    }
  }

  /** What `pre` answers instead of letting the socket in: its status, or 403 when it names none (script-runtime.md §11). */
  async #refusalOf(run: Run, execution: HandshakeExecution): Promise<Response | null> {
    const { match, deployment } = execution.endpoint;
    const { executor, answers, load } = this.#services;
    if (match.pre === null) return null;
    const pre = executor.beside(run, await load(deployment.key, match.pre));
    const result: unknown = await pre.invoke(undefined);
    const hasAnswered = run.res?.headersSent === true;
    if (!hasAnswered && (result === undefined || result === null)) return null;
    const answer = await answers.of(execution, run, result);
    return answer.status >= 300
      ? answer
      : new Response(answer.body, { status: 403, headers: answer.headers });
  }

  /** The run that serves a new socket: of the version that is current now. */
  async #runOf(hub: SocketHub, { endpoint }: HandshakeExecution, handshake: Handshake) {
    const { request, server, url, startedMs } = handshake;
    const { unit } = endpoint;
    for (;;) {
      if (unit.isRetired || this.#places.isClosing) throw new ExecError("shuttingDown");
      const loaded = await unit.load();
      const run = await hub.runOf(loaded, () => {
        const { host } = this.#services;
        return this.#start(hub, loaded, new SetUpExecution(request, server, endpoint, url, host, startedMs));
      });
      if (!run.isOver) return run;
    }
  }

  #start(hub: SocketHub, loaded: LoadedScript, execution: SetUpExecution): SocketRun {
    const { executor } = this.#services;
    const { timeoutMs, compiled } = loaded;
    const late = () => timeoutError(compiled.file, timeoutMs);
    return new SocketRun(hub, {
      loaded,
      setUp: async (ws) => {
        const body = async () => executor.start(execution, loaded, { full: true, ws }).invoke(undefined);
        await withDeadline(body(), timeoutMs > 0 ? timeoutMs : Number.POSITIVE_INFINITY, late);
      },
      end: (reason) => execution.abort(reason),
    });
  }

  /** The last step; nothing in it waits, so that nobody goes in between. */
  #open(execution: HandshakeExecution, run: Run, socketRun: SocketRun): Response {
    const { request, server, signal, endpoint } = execution;
    if (signal.aborted) throw new ExecError("clientGone");
    if (this.#places.isClosing) throw new ExecError("shuttingDown");
    const { clock, ids, recorder } = this.#services;
    const protocol = chooseProtocol(request, socketRun.facade.protocols);
    const session = new SocketSession(socketRun, this.#places, {
      id: ids.next("sock_", clock.now().getTime()),
      protocol,
      req: run.req,
      startedMs: clock.monotonicMs(),
      metrics: recorder?.of(endpoint.unit) ?? null,
      data: {
        query: toRecord(new URLSearchParams(execution.query)),
        headers: { ...run.req?.headers },
        ip: execution.clientIp,
        params: { ...endpoint.match.parameters },
      },
    });
    const headers = toUpgradeHeaders(run.res?._setHeaders ?? null, protocol);
    if (!server.upgrade(request, { data: session, headers })) throw new ExecError("handshakeInvalid");
    return UPGRADED;
  }
}
