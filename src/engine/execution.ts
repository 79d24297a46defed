import type { Server } from "bun";
import type { ScriptMetrics } from "../metrics/script-metrics.ts";
import type { ReceivedBody } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";
import { showAs } from "./facade/shown.ts";
import { OUTCOME } from "./outcomes.ts";
import type { SocketPeer } from "./sockets/session.ts";

/** What an execution needs from its server. */
export interface ExecutionHost {
  nextId(): string;
  readonly trustProxy: boolean;
  /** Is told of the execution when it begins; left out where nobody asks. */
  begun?(execution: Execution): void;
  /** Is told in a few words what went wrong. */
  failed?(message: string): void;
}

/** The server as a request sees it. */
export type RequestServer = Pick<Server<SocketPeer>, "requestIP" | "timeout" | "upgrade">;

/**
 * One run of a script for one request.
 *
 * Most of what it knows is computed when it is asked for: a script that returns a constant needs none of it.
 */
export class Execution {
  readonly request: Request;
  readonly server: RequestServer;
  readonly endpoint: Endpoint;
  readonly body: ReceivedBody | null;
  /** When the request came in, in monotonic milliseconds. */
  readonly startedMs: number;
  /** What of its outcome has been recorded; see {@link OUTCOME}. */
  outcome: number;
  /** Where it is counted as one that waits; null when it does not. */
  waitsIn: ScriptMetrics | null;
  /** Status of its answer while that is sent bit by bit; 0 before. */
  status: number;
  /** Whether the script printed something, so that its answer carries the execution id. */
  logged: boolean;
  /** Whether its answer is sent bit by bit, so that its connection may be quiet in between. */
  isStreaming: boolean;
  private _host: ExecutionHost;
  private _url: string;
  private _id: string | null;
  private _abort: AbortController | null;

  constructor(
    request: Request,
    server: RequestServer,
    endpoint: Endpoint,
    url: string,
    body: ReceivedBody | null,
    host: ExecutionHost,
    startedMs: number,
  ) {
    this.request = request;
    this.server = server;
    this.endpoint = endpoint;
    this.body = body;
    this.startedMs = startedMs;
    this.outcome = OUTCOME.pending;
    this.waitsIn = null;
    this.status = 0;
    this.logged = false;
    this.isStreaming = false;
    this._host = host;
    this._url = url;
    this._id = null;
    this._abort = null;
  }

  /** `exec_` and 26 characters. */
  get id(): string {
    this._id ??= this._host.nextId();
    return this._id;
  }

  /** Tells whoever asks what went wrong. */
  noteFailure(message: string): void {
    this._host.failed?.(message);
  }

  /** As scripts see it in `req` and `metadata`. */
  get method(): string {
    return this.request.method;
  }

  /** What made the script run. */
  get trigger(): "http" | "cron" | "job" | "websocket" {
    return "http";
  }

  /** Path and query as received. */
  get pathAndQuery(): string {
    return this._url.slice(pathStart(this._url));
  }

  /** Path as received, without the query. */
  get path(): string {
    const end = this._url.indexOf("?");
    return this._url.slice(pathStart(this._url), end < 0 ? undefined : end);
  }

  /** Query string without its `?`; "" when there is none. */
  get query(): string {
    const start = this._url.indexOf("?");
    return start < 0 ? this.endpoint.pathQuery : withoutFragment(this._url.slice(start + 1));
  }

  /** Address of the socket's peer; of the proxy's client when proxies are trusted. */
  get clientIp(): string {
    const forwarded = this._host.trustProxy ? this.request.headers.get("x-forwarded-for") : null;
    const first = forwarded?.split(",")[0]?.trim();
    return first || (this.server.requestIP(this.request)?.address ?? "");
  }

  /** Aborted when the client goes away or {@link abort} is called. */
  get signal(): AbortSignal {
    if (this._abort === null) {
      this._abort = new AbortController();
      const { signal } = this.request;
      if (signal.aborted) this._abort.abort(signal.reason);
      else signal.addEventListener("abort", () => this._abort?.abort(signal.reason), { once: true });
    }
    return this._abort.signal;
  }

  /** Aborts the signal, also for a script that asks for it only later. */
  abort(reason: unknown): void {
    this._abort ??= new AbortController();
    this._abort.abort(reason);
  }
}

/** A script that spreads `req` has it in its hand, and may pass it on without a thought. */
showAs(Execution, () => undefined);

function pathStart(url: string): number {
  // "http://" is 7 characters, so no path begins before the 8th.
  return url.indexOf("/", 8);
}

function withoutFragment(query: string): string {
  const at = query.indexOf("#");
  return at < 0 ? query : query.slice(0, at);
}
