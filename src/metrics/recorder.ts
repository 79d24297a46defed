import type { Clock } from "../base/clock.ts";
import { toRedactedLine } from "../base/redact-text.ts";
import { Rates } from "./rates.ts";
import type { MeasuredScript, ScriptMetrics } from "./script-metrics.ts";
import { ScriptMetricsMap } from "./script-metrics-map.ts";
import { Totals } from "./totals.ts";

/** Longest message of a failure that is kept, in code points (metrics.md §3). */
const MESSAGE_MAX = 256;

/** A request to a script that has finished. */
export interface FinishedRequest {
  readonly method: string;
  /** When it came in, in monotonic milliseconds. */
  readonly startedMs: number;
}

/** What went wrong with a request. */
export interface RequestFailure {
  readonly statusCode: number;
  readonly message: string;
  readonly executionId: string;
}

/**
 * Records requests to scripts as they end. Everything that can be computed from that is computed when somebody asks.
 *
 * What fails while something is recorded is counted and never reaches the request.
 */
export class Recorder {
  readonly scripts: ScriptMetricsMap;
  readonly totals = new Totals();
  readonly rates: Rates;
  readonly #clock: Clock;

  /** @param options.scriptsMax Scripts that have an entry of their own. */
  constructor({ clock, scriptsMax }: { readonly clock: Clock; readonly scriptsMax: number }) {
    this.#clock = clock;
    this.scripts = new ScriptMetricsMap({ entriesMax: scriptsMax });
    this.rates = new Rates(clock.monotonicMs());
  }

  /** For nearly every request, so it makes no object and looks nothing up (performance.md §7). */
  finished(script: MeasuredScript, method: string, startedMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    const { metrics } = script;
    const entry = metrics.isRetired ? this.#enter(script, nowMs) : metrics;
    entry.noteFinished(method, nowMs - startedMs, nowMs);
    const { totals, rates } = this;
    if (nowMs >= rates.endsMs) rates.turn(nowMs, totals.requests);
    totals.requests++;
  }

  /** A request has failed; it is told apart with {@link finished}, before or after. */
  failed(script: MeasuredScript, { statusCode, message, executionId }: RequestFailure): void {
    this.totals.errors++;
    this.of(script).noteFailed({
      timestamp: this.#clock.now(),
      statusCode,
      message: toRedactedLine(message, MESSAGE_MAX),
      executionId,
    });
  }

  /** A request begins to wait for something. @returns To be given back by {@link waited}. */
  waits(script: MeasuredScript): ScriptMetrics {
    const entry = this.of(script);
    entry.activeHttp++;
    this.totals.activeHttp++;
    return entry;
  }

  /** A request that waited does so no more. */
  waited(entry: ScriptMetrics): void {
    entry.activeHttp--;
    this.totals.activeHttp--;
  }

  /** The entry of a script, made if need be. */
  of(script: MeasuredScript): ScriptMetrics {
    return script.metrics.isRetired ? this.#enter(script, this.#clock.monotonicMs()) : script.metrics;
  }

  /** Requests per second over a window that ends now. @param seconds 1 to 900. */
  requestsPer(seconds: number): number {
    return this.rates.per(seconds, this.#clock.monotonicMs(), this.totals.requests);
  }

  /** Requests per second since the start. */
  requestsPerLifetime(): number {
    return this.totals.requests / this.rates.uptimeSeconds(this.#clock.monotonicMs());
  }

  /** A monotonic time as one of the wall clock. */
  toDate(monotonicMs: number): Date {
    return new Date(this.#clock.now().getTime() - (this.#clock.monotonicMs() - monotonicMs));
  }

  #enter(script: MeasuredScript, nowMs: number): ScriptMetrics {
    try {
      return this.scripts.enter(script, nowMs);
    } catch {
      this.totals.metricsErrors++;
      return this.scripts.unlisted;
    }
  }
}
