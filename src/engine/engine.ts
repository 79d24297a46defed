import { IdSource } from "../base/ids.ts";
import { queryOf } from "../base/query-of.ts";
import { isPromiseLike } from "../base/realm.ts";
import type { Recorder } from "../metrics/recorder.ts";
import { CELL } from "../process/page.ts";
import type { ActiveExecutions } from "./active.ts";
import { admit, requireAccess } from "./admit.ts";
import { Answers } from "./answers.ts";
import { runWithMiddleware } from "./around.ts";
import { BodyReader, type ReceivedBody } from "./body.ts";
import { type BrokenAnswer, brokenAnswer } from "./broken.ts";
import { WriteLimit } from "./chunk-stream.ts";
import { corsHeaders, preflightResponse, withCors } from "./cors.ts";
import { type DocumentLocation, serveDocument } from "./documents.ts";
import type { Endpoint } from "./endpoint.ts";
import { EndpointCache } from "./endpoint-cache.ts";
import type { Arrival, EngineServices, EngineSettings, TimedArrival } from "./engine-options.ts";
import { Execution, type ExecutionHost, type RequestServer } from "./execution.ts";
import { type Executor, InlineExecutor, NONE, type Run, runWithRequest } from "./executor.ts";
import { FailurePresenter } from "./failure.ts";
import { whileOpen } from "./idle.ts";
import { Invoker } from "./invoke.ts";
import { explainLate, type LateFailure } from "./late-failure.ts";
import { locate } from "./locate.ts";
import { Outcomes } from "./outcomes.ts";
import { plainResponse } from "./respond.ts";
import { type LoadedScript, USES } from "./script-unit.ts";
import { isUpgrade } from "./sockets/handshake.ts";
import { REFUSED_PEER, Sockets } from "./sockets/sockets.ts";
import { UPGRADED } from "./sockets/upgraded.ts";

/** The data plane: answers requests by running scripts. Read it from {@link Engine.fetchKnown} downwards. */
export class Engine implements Disposable {
  readonly active: ActiveExecutions;
  readonly sockets: Sockets;
  readonly invoker: Invoker;
  readonly bodies: BodyReader;
  readonly writeLimit: WriteLimit;
  readonly endpoints: EndpointCache;
  readonly #services: EngineServices;
  readonly #settings: EngineSettings;
  readonly #executor: Executor;
  readonly #answers: Answers;
  readonly #answerBroken: BrokenAnswer;
  readonly #host: ExecutionHost;
  readonly #recorder: Recorder | null;
  /** Cells of the running mark. */
  readonly #marked: Int32Array;
  #uses = 0;

  constructor(services: EngineServices, settings: EngineSettings) {
    this.#services = services;
    this.#settings = settings;
    const { active, ai, clock, log, logs, shared, units, mark, recorder, sockets: counters } = services;
    this.#recorder = recorder;
    const { root, production, trustProxy, queueMax, answerCopyMaxBytes: copyBytesMax } = settings;
    const ids = new IdSource();
    this.active = active;
    this.#marked = mark.cells;
    this.#host = { trustProxy, nextId: () => ids.next("exec_", clock.now().getTime()) };
    this.bodies = new BodyReader(clock, settings.bodies);
    this.writeLimit = new WriteLimit(settings.writeBufferMaxBytes);
    this.#executor = new InlineExecutor({ ai, shared, log, logs, mark, writeLimit: this.writeLimit });
    const failures = new FailurePresenter({ clock, production, root, lookup: units.compiler.unitOf });
    this.endpoints = new EndpointCache(services.routes, settings.urlCacheMax);
    const [executor, host] = [this.#executor, this.#host];
    const { hostGuard, loopTurns } = units;
    const outcomes = new Outcomes(recorder);
    const answers = new Answers({ active, ai, failures, log, mark, loopTurns, outcomes, copyBytesMax });
    this.#answers = answers;
    this.#answerBroken = brokenAnswer({ answers, logs, units });
    const parts = { active, answers, clock, counters, executor, host, log, mark, recorder };
    const load = (key: string, file: string) => units.unitOf(key, file).load();
    const explain = (thrown: unknown) => this.explain(thrown);
    const sockets = new Sockets({ ...parts, explain, hostGuard, ids, load, loopTurns }, settings.sockets);
    this.sockets = sockets;
    this.invoker = new Invoker({ ...parts, units, queueMax, socketsOf: (each) => sockets.viewOf(each) });
  }

  /**
   * Answers a request whose URL has been asked for before; never rejects.
   *
   * @param url Of the request: reading it costs 7 % of a simple answer, so it is read once.
   * @param startedMs When the request came in, in monotonic milliseconds.
   * @returns null when the way of the URL is not known: call {@link fetch}.
   */
  fetchKnown(
    request: Request,
    server: RequestServer,
    url: string,
    startedMs: number,
  ): Response | Promise<Response> | null {
    const endpoint = this.endpoints.find(url);
    if (endpoint === undefined) return null;
    return this.#serve(endpoint, request, server, url, startedMs);
  }

  /** Says which script threw something that no request waits for, and where. */
  explain(thrown: unknown): LateFailure {
    const { active, units } = this.#services;
    return explainLate(thrown, { active, units, root: this.#settings.root });
  }

  [Symbol.dispose](): void {
    this.sockets[Symbol.dispose]();
    this.bodies[Symbol.dispose]();
  }

  /** Answers any request: finds the way of its URL and remembers it. Never rejects. */
  fetch({ request, server, url, startedMs }: Arrival): Response | Promise<Response> {
    const { routes, clock, units } = this.#services;
    const forwarded = this.#settings.trustProxy ? request.headers.get("x-forwarded-host") : null;
    // Each proxy on the way may have added its own; the first is what the client asked for.
    const forwardedHost = forwarded?.split(",")[0]?.trim() ?? null;
    const location = locate(url, { request, routes, forwardedHost, clock });
    switch (location.kind) {
      case "answer":
        return request.method === "OPTIONS" ? preflightResponse(null, request) : location.response;
      case "document":
        return this.#document(location, request, url);
      case "script": {
        const { deployment, hostname, match, pathQuery } = location;
        const unit = units.unitOf(deployment.key, match.file);
        const endpoint: Endpoint = { unit, deployment, hostname, match, pathQuery };
        unit.scriptPath ||= match.routePattern;
        if (!this.#settings.trustProxy) this.endpoints.remember(url, endpoint);
        return this.#serve(endpoint, request, server, url, startedMs);
      }
      default:
        return location satisfies never;
    }
  }

  /** The usual request: a loaded script without conditions. Everything else goes the long way. */
  #serve(
    endpoint: Endpoint,
    request: Request,
    server: RequestServer,
    url: string,
    startedMs: number,
  ): Response | Promise<Response> {
    const { loaded, state } = endpoint.unit;
    state.lastUse = this.#marked[CELL.requests] = ++this.#uses;
    const { method } = request;
    const { pre, post } = endpoint.match;
    if (loaded === null || !loaded.isPlain || pre !== null || post !== null || method === "OPTIONS") {
      return this.#serveGuarded(endpoint, { request, server, url, startedMs });
    }
    // 9 ns, and only a handshake is taken: its socket is closed with 4400. Reading the header would cost 100 times that.
    if (method === "GET" && server.upgrade(request, REFUSED)) return UPGRADED;
    if (loaded.uses === 0)
      return this.#runBare(endpoint, loaded, { request, server, url, startedMs }, method);
    if (method === "GET" || method === "HEAD" || (loaded.uses & USES.req) === 0) {
      return this.#run(new Execution(request, server, endpoint, url, null, this.#host, startedMs), loaded);
    }
    return this.bodies.receive(request, server, loaded.bodyRules, startedMs, (body, error) => {
      const execution = new Execution(request, server, endpoint, url, body, this.#host, startedMs);
      return error === null ? this.#run(execution, loaded) : this.#answers.failed(error, execution);
    });
  }

  /** Runs a script that can see nothing of its execution, so that none has to be made while all goes well. */
  #runBare(
    endpoint: Endpoint,
    loaded: LoadedScript,
    { request, server, url, startedMs }: Arrival,
    method: string,
  ): Response | Promise<Response> {
    const { run, stringify } = loaded.linked;
    const execution = () => new Execution(request, server, endpoint, url, null, this.#host, startedMs);
    this.#marked[CELL.running] = loaded.place;
    try {
      const value = run(NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE);
      const outcome = { res: null, stringify };
      if (isPromiseLike(value)) {
        return this.#answers.whenSettled(execution(), outcome, value, { timeoutMs: loaded.timeoutMs });
      }
      const plain = plainResponse(value, stringify);
      if (plain === null)
        return this.#answers.now(execution(), outcome, value, { timeoutMs: loaded.timeoutMs });
      this.#recorder?.finished(endpoint.unit, method, startedMs);
      return plain;
    } catch (thrown) {
      return this.#answers.failed(thrown, execution());
    } finally {
      this.#marked[CELL.running] = 0;
    }
  }

  /** Runs a script without conditions; synchronous as long as the script is. */
  #run(execution: Execution, loaded: LoadedScript): Response | Promise<Response> {
    let run: Run | null = null;
    this.#marked[CELL.running] = loaded.place;
    try {
      if (loaded.uses !== USES.req) run = this.#executor.start(execution, loaded);
      // Nothing but `req` is what most scripts that take a body ask for.
      const value = run === null ? runWithRequest(execution, loaded) : run.invoke(undefined);
      const outcome = run ?? { res: null, stringify: loaded.linked.stringify };
      const limit = { timeoutMs: loaded.timeoutMs };
      if (!isPromiseLike(value)) return this.#answers.now(execution, outcome, value, limit);
      return this.#answers.whenSettled(execution, outcome, value, limit);
    } catch (thrown) {
      return this.#answers.broken(thrown, execution, run);
    } finally {
      this.#marked[CELL.running] = 0;
    }
  }

  /** A script with conditions, or one that has to be loaded first. */
  async #serveGuarded(endpoint: Endpoint, from: Arrival): Promise<Response> {
    const { request, server, url } = from;
    const { unit } = endpoint;
    if (unit.isRetired) {
      this.endpoints.forget(url);
      return this.fetch(from);
    }
    const query = queryOf(url) || endpoint.pathQuery;
    const arrival = { ...from, query, host: this.#host };
    let loaded: LoadedScript;
    try {
      const loading = unit.load((declared) => requireAccess(declared, request, query));
      loaded = isPromiseLike(loading) ? await whileOpen(request, server, loading) : loading;
    } catch (thrown) {
      return this.#answerBroken(thrown, endpoint, arrival);
    }
    const { effective } = loaded.compiled.directives;
    if (request.method === "OPTIONS") return preflightResponse(effective, request);
    const logged = this.#services.logs.begin(loaded.logPolicy, endpoint, arrival);
    if (logged === null) return this.#serveLoaded(endpoint, loaded, arrival);
    return logged.finish(await this.#serveLoaded(endpoint, loaded, { ...arrival, host: logged }));
  }

  /** Who may not run it is refused; who may runs it, with all that stands around it. */
  async #serveLoaded(endpoint: Endpoint, loaded: LoadedScript, arrival: TimedArrival): Promise<Response> {
    const { request, server, url, query, startedMs, host } = arrival;
    if (loaded.takesSockets && isUpgrade(request)) return this.sockets.answer(endpoint, loaded, arrival);
    const { unit, match } = endpoint;
    const cors = corsHeaders(loaded.compiled.directives.effective, request.headers.get("origin"));
    const { timeoutMs, isBodyRaw } = loaded;
    const leftMs =
      timeoutMs > 0 ? startedMs + timeoutMs - this.#services.clock.monotonicMs() : Number.POSITIVE_INFINITY;
    let leave: (() => void) | null = null;
    const waitsIn = this.#recorder?.waits(unit) ?? null;
    const begin = (body: ReceivedBody | null) => {
      const execution = new Execution(request, server, endpoint, url, body, host, startedMs);
      execution.waitsIn = waitsIn;
      return execution;
    };
    try {
      const { queueMax } = this.#settings;
      leave = await admit(unit, loaded, { request, server, query, queueMax, leftMs });
      if (request.method === "GET" && server.upgrade(request, REFUSED)) {
        if (waitsIn !== null) this.#recorder?.waited(waitsIn);
        return UPGRADED;
      }
      this.#services.units.begin();
      const hasMiddleware = match.pre !== null || match.post !== null;
      const isSeen = hasMiddleware || loaded.logsBody || (loaded.uses & USES.req) !== 0;
      const hasBody = isSeen && request.method !== "GET" && request.method !== "HEAD" && !isBodyRaw;
      const execution = begin(hasBody ? await this.#receive(arrival, loaded, hasMiddleware) : null);
      host.begun?.(execution);
      const ws = loaded.seesSockets ? await this.sockets.viewOf(endpoint) : undefined;
      const run = this.#executor.start(execution, loaded, { full: true, ws });
      const { units, log } = this.#services;
      const value = runWithMiddleware(run, endpoint, loaded, { executor: this.#executor, units, log });
      const settled = leave ?? (() => undefined);
      leave = null;
      value.then(settled, settled);
      const limit = { timeoutMs, onExpired: settled };
      return withCors(await this.#answers.whenSettled(execution, run, value, limit), cors);
    } catch (thrown) {
      return withCors(this.#answers.failed(thrown, begin(null)), cors);
    } finally {
      leave?.();
    }
  }

  /** The body for a script and the middleware around it, which may ask for the bytes. */
  #receive(
    { request, server, startedMs }: Arrival,
    { bodyRules }: LoadedScript,
    hasMiddleware: boolean,
  ): Promise<ReceivedBody | null> {
    const rules = hasMiddleware ? { ...bodyRules, keepsRaw: true } : bodyRules;
    return this.bodies.receive(request, server, rules, startedMs, (body, error) =>
      error === null ? body : Promise.reject(error),
    );
  }

  #document(location: DocumentLocation, request: Request, url: string): Promise<Response> {
    const [units, root, query] = [this.#services.units, this.#settings.root, queryOf(url)];
    return serveDocument(location, { request, query, units, root }).catch((thrown) =>
      this.#answers.refused(thrown, request, location.file, this.#host.nextId()),
    );
  }
}

/** What a handshake at a script without sockets becomes. */
const REFUSED = { data: REFUSED_PEER };
