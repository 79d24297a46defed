import { Durations } from "./durations.ts";
import { type RecentError, RecentErrors } from "./recent-errors.ts";
import { SocketCounts } from "./socket-counts.ts";

/** A script of one deployment, as far as it is measured. */
export interface MeasuredScript {
  /** What is recorded about it; {@link UNMEASURED} until its first request. */
  metrics: ScriptMetrics;
  /** `default/1` */
  readonly deploymentKey: string;
  /** Its route with a leading slash and without extension: `/users/[id]`. */
  readonly scriptPath: string;
  /** Relative to the scripts root. */
  readonly file: string;
}

/** Methods that have a series of their own: names are the caller's choice, and series are for ever. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** Different statuses of failures that are told apart. */
const STATUSES_MAX = 16;

/** Everything that is recorded about one script of one deployment, as plain fields. */
export class ScriptMetrics {
  readonly scriptPath: string;
  readonly deploymentKey: string;
  /** Relative to the scripts root: the file that last answered for the route. */
  file: string;
  /** Monotonic milliseconds. */
  readonly firstSeenMs: number;
  lastActivityMs: number;
  readonly durations = new Durations();
  errors = 0;
  /** Requests that wait for something now. */
  activeHttp = 0;
  readonly sockets = new SocketCounts();
  /** Whether another took its place: who holds it must ask for the new one. */
  isRetired = false;
  /** GET has a field, because nearly every request is one. */
  #gets = 0;
  #otherMethods: Map<string, number> | null = null;
  #failures: { readonly byStatus: Map<string, number>; readonly recent: RecentErrors } | null = null;

  constructor({ scriptPath, deploymentKey, file }: Omit<MeasuredScript, "metrics">, nowMs: number) {
    this.scriptPath = scriptPath;
    this.deploymentKey = deploymentKey;
    this.file = file;
    this.firstSeenMs = nowMs;
    this.lastActivityMs = nowMs;
  }

  /** Whether a request or a socket is open, so that it cannot be given up. */
  get isLive(): boolean {
    return this.activeHttp > 0 || this.sockets.active > 0;
  }

  /** Finished requests of each method that occurred. */
  get methods(): readonly (readonly [method: string, count: number])[] {
    const gets: [string, number][] = this.#gets > 0 ? [["GET", this.#gets]] : [];
    return [...gets, ...(this.#otherMethods ?? [])];
  }

  /** Failed requests of each status that occurred. */
  get statuses(): readonly (readonly [status: string, count: number])[] {
    return [...(this.#failures?.byStatus ?? [])];
  }

  /** The last failures, newest first. */
  get recentErrors(): readonly RecentError[] {
    return this.#failures?.recent.newestFirst() ?? [];
  }

  /** A request has finished, whatever came of it. */
  noteFinished(method: string, durationMs: number, nowMs: number): void {
    this.durations.note(durationMs);
    this.lastActivityMs = nowMs;
    if (method === "GET") this.#gets++;
    else this.#noteOther(METHODS.has(method) ? method : "OTHER");
  }

  /** A request has failed. It may be one that {@link noteFinished} has been told of before. */
  noteFailed(error: RecentError): void {
    this.errors++;
    this.#failures ??= { byStatus: new Map(), recent: new RecentErrors() };
    const { byStatus, recent } = this.#failures;
    const status = String(error.statusCode);
    const label = byStatus.has(status) || byStatus.size < STATUSES_MAX - 1 ? status : "other";
    byStatus.set(label, (byStatus.get(label) ?? 0) + 1);
    recent.add(error);
  }

  /** @param nowMs Monotonic milliseconds. */
  noteOpened(nowMs: number): void {
    this.sockets.opened++;
    this.lastActivityMs = nowMs;
  }

  /** @param code As in {@link SocketCounts.noteClosed}. */
  noteClosed(code: number, openedMs: number, nowMs: number): void {
    this.sockets.noteClosed(code, nowMs - openedMs);
    this.lastActivityMs = nowMs;
  }

  #noteOther(method: string): void {
    this.#otherMethods ??= new Map();
    this.#otherMethods.set(method, (this.#otherMethods.get(method) ?? 0) + 1);
  }
}

/** Stands for the metrics of a script that has had no request; never recorded into. */
export const UNMEASURED = new ScriptMetrics({ scriptPath: "", deploymentKey: "", file: "" }, 0);
UNMEASURED.isRetired = true;
