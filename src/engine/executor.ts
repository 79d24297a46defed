import type { Logger } from "pino";
import type { Ai } from "../ai/ai.ts";
import { isPromiseLike } from "../base/realm.ts";
import type { LogPolicy } from "../logs/policy.ts";
import { CELL } from "../process/page.ts";
import type { SharedState } from "../state/shared-state.ts";
import type { WriteLimit } from "./chunk-stream.ts";
import type { Execution } from "./execution.ts";
import type { ExecutionLogs } from "./execution-logs.ts";
import { createConsole } from "./facade/console.ts";
import { createMetadata, createMetadataReader } from "./facade/metadata.ts";
import { createRawRequest } from "./facade/raw-request.ts";
import { ScriptRequest } from "./facade/request.ts";
import { ScriptResponse } from "./facade/response.ts";
import { findHandler, findSetUp, SET_UP_METHOD } from "./handler.ts";
import type { RunningMark } from "./running-mark.ts";
import { type LoadedScript, USES } from "./script-unit.ts";

/** Where and how scripts are run: in this process, later also in threads and processes. */
export interface Executor {
  /**
   * @param options.full Whether `req` and `res` are made even if the script itself uses neither.
   * @param options.ws What the script sees under that name.
   */
  start(execution: Execution, script: LoadedScript, options?: StartOptions): Run;
  /** A run of another script (middleware) for the same request, with the same `req` and `res`. */
  beside(run: Run, script: LoadedScript): Run;
}

/** What a run is given besides its execution. */
export interface StartOptions {
  readonly full?: boolean;
  readonly ws?: unknown;
}

/** One script, about to run for one request. */
export interface Run {
  readonly req: ScriptRequest | null;
  readonly res: ScriptResponse | null;
  /** Serialiser of the script's context; null for the server's own. */
  readonly stringify: ((value: unknown) => string | undefined) | null;
  /**
   * Runs the body, then the handler it exported, if any.
   *
   * @param mainResult What `post` middleware sees under that name.
   * @returns The script's value, or a promise of it.
   * @throws Whatever the script throws before it waits for anything.
   */
  invoke(mainResult: unknown): unknown;
}

/** Runs a script that sees nothing of its execution but `req`. */
export function runWithRequest(execution: Execution, script: LoadedScript): unknown {
  const req = createRequest(execution, script);
  return script.linked.run(req, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE);
}

/** What a script that does not use a name is given for it. */
export const NONE = undefined;

/** What scripts in this process are run with. */
export interface InlineExecutorOptions {
  readonly shared: SharedState;
  readonly log: Logger;
  readonly logs: ExecutionLogs;
  readonly writeLimit: WriteLimit;
  readonly mark: RunningMark;
  readonly ai: Ai;
}

/** Runs scripts in this process. */
export class InlineExecutor implements Executor {
  readonly #shared: SharedState;
  readonly #log: Logger;
  readonly #logs: ExecutionLogs;
  readonly #writeLimit: WriteLimit;
  readonly #mark: RunningMark;
  readonly #ai: Ai;

  constructor({ shared, log, logs, writeLimit, mark, ai }: InlineExecutorOptions) {
    this.#shared = shared;
    this.#log = log;
    this.#logs = logs;
    this.#writeLimit = writeLimit;
    this.#mark = mark;
    this.#ai = ai;
  }

  start(execution: Execution, script: LoadedScript, { full = false, ws }: StartOptions = {}): Run {
    const { uses } = script;
    const req = full || (uses & USES.req) !== 0 ? createRequest(execution, script) : null;
    const wantsRes = full || (uses & USES.res) !== 0;
    const res = wantsRes ? new ScriptResponse(script.linked.stringify, this.#writeLimit) : null;
    const [shared, log, logs, mark, ai] = [this.#shared, this.#log, this.#logs, this.#mark, this.#ai];
    const { logPolicy } = script;
    return new InlineRun(execution, script, { req, res, ws, shared, log, logs, logPolicy, mark, ai });
  }

  beside(run: Run, script: LoadedScript): Run {
    return (run as InlineRun).withScript(script);
  }
}

function createRequest(execution: Execution, script: LoadedScript): ScriptRequest {
  return script.isBodyRaw ? createRawRequest(execution) : new ScriptRequest(execution);
}

interface RunParts {
  readonly req: ScriptRequest | null;
  readonly res: ScriptResponse | null;
  readonly ws: unknown;
  readonly shared: SharedState;
  readonly log: Logger;
  readonly logs: ExecutionLogs;
  /** Of the script that was asked for: middleware prints into its log. */
  readonly logPolicy: LogPolicy | null;
  readonly mark: RunningMark;
  readonly ai: Ai;
}

class InlineRun implements Run {
  readonly req: ScriptRequest | null;
  readonly res: ScriptResponse | null;
  readonly stringify: ((value: unknown) => string | undefined) | null;
  private readonly _execution: Execution;
  private readonly _script: LoadedScript;
  private readonly _parts: RunParts;

  constructor(execution: Execution, script: LoadedScript, parts: RunParts) {
    this.req = parts.req;
    this.res = parts.res;
    this.stringify = script.linked.stringify;
    this._execution = execution;
    this._script = script;
    this._parts = parts;
  }

  withScript(script: LoadedScript): InlineRun {
    return new InlineRun(this._execution, script, this._parts);
  }

  invoke(mainResult: unknown): unknown {
    const { ai, mark } = this._parts;
    const { cells } = mark;
    const before = cells[CELL.running] ?? 0;
    cells[CELL.running] = this._script.place;
    try {
      // What a set-up run leaves behind goes on when its first socket is gone.
      if ((this._script.uses & USES.ai) === 0 || this._execution.method === SET_UP_METHOD)
        return this._invoke(mainResult);
      return ai.around(this._execution, () => this._invoke(mainResult));
    } finally {
      cells[CELL.running] = before;
    }
  }

  private _invoke(mainResult: unknown): unknown {
    const { uses, linked, hasExports } = this._script;
    const { req, res, ws } = this._parts;
    const metadata = (uses & USES.metadata) !== 0 ? this._metadata() : undefined;
    const shared = (uses & USES.shared) !== 0 ? this._shared() : undefined;
    const console = (uses & USES.console) !== 0 ? this._console() : undefined;
    const module = (uses & USES.module) !== 0 ? { exports: {} as unknown } : undefined;
    const out = (uses & USES.out) !== 0 ? { names: undefined as unknown } : undefined;
    const value = linked.run(
      req,
      res,
      metadata,
      shared,
      console,
      module,
      module?.exports,
      mainResult,
      ws,
      out,
      undefined,
    );
    if (!hasExports) return value;
    if (isPromiseLike(value))
      return value.then((early) =>
        this._parts.mark.around(this._script.place, () =>
          this._handle(early, out?.names ?? module?.exports, metadata),
        ),
      );
    return this._handle(value, out?.names ?? module?.exports, metadata);
  }

  /** A value that the body returned at top level wins over what it exported (script-runtime.md §4). */
  private _handle(early: unknown, exports: unknown, metadata: unknown): unknown {
    const { res, req } = this._parts;
    if (early !== undefined || res?.headersSent) return early;
    const { method } = this._execution;
    const handler = method === SET_UP_METHOD ? findSetUp(exports) : findHandler(exports, method);
    switch (handler.kind) {
      case "express": {
        const wantsAll = handler.call.length > 2 || this._script.isVariadic;
        if (!wantsAll) return handler.call(req, res);
        return handler.call(req, res, metadata ?? this._metadata(), this._shared());
      }
      case "fetch":
        return handler.call(this._webRequest());
      case "value":
        return handler.value;
      case "none":
        return undefined;
      default:
        return handler satisfies never;
    }
  }

  /** The request again, because its body has been read; with `@rawBody` it is still to be read. */
  private _webRequest(): Request {
    const { request, body, signal } = this._execution;
    if (this._script.isBodyRaw) return new Request(request, { signal });
    const { method, headers } = request;
    return new Request(request.url, { method, headers, body: body?.raw ?? null, signal });
  }

  /** A script whose exported handler takes it as a parameter may do anything with it. */
  private _metadata(): unknown {
    return this._script.readsMetadata && !this._script.hasExports
      ? createMetadataReader(this._execution)
      : createMetadata(this._execution);
  }

  private _shared(): unknown {
    return this._parts.shared.of(this._execution.endpoint.deployment.key);
  }

  private _console(): unknown {
    const execution = this._execution;
    const script = execution.endpoint.match.file;
    const { log, logs, logPolicy } = this._parts;
    return createConsole((level, text) => {
      execution.logged = true;
      const isKept = logs.keeps(level, logPolicy);
      const isPrinted = log.isLevelEnabled(level);
      if (!isKept && !isPrinted) return;
      const message = text();
      if (isKept) logs.print(execution, level, message);
      if (isPrinted) log[level]({ script, executionId: execution.id }, message);
    });
  }
}
