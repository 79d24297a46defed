import type { Clock } from "../base/clock.ts";
import { isInstanceOf } from "../base/realm.ts";
import { CompileError } from "../compiler/compile-error.ts";
import type { UnitLookup } from "../compiler/positions.ts";
import { toErrorResponse } from "../errors/envelope.ts";
import { ExecError } from "../errors/exec-error.ts";
import { LoopLimitError } from "./loop-limit-error.ts";
import { prefersJson } from "./negotiate.ts";
import { toPage } from "./pages.ts";
import { reportThrown, type ThrownReport } from "./thrown.ts";

/** What the presenter of errors needs. */
export interface FailureOptions {
  readonly clock: Clock;
  /** In production an answer carries the message and the execution id, nothing of the source. */
  readonly production: boolean;
  readonly lookup: UnitLookup;
  /** Absolute scripts root. */
  readonly root: string;
}

/** A failure as its caller and the log see it. */
export interface PresentedFailure {
  readonly response: Response;
  /** What went wrong, without paths of the machine. */
  readonly message: string;
  /** Present when a script is to blame. */
  readonly report: ThrownReport | null;
}

/** Answers failures of the script plane as JSON, page or text, by what the caller accepts (script-runtime.md §8). */
export class FailurePresenter {
  readonly #options: FailureOptions;

  constructor(options: FailureOptions) {
    this.#options = options;
  }

  /**
   * @param thrown Whatever a script or we threw.
   * @param context.script Script that ran, relative to the scripts root.
   * @param context.executionId Goes into `X-Execution-Id`.
   */
  present(
    thrown: unknown,
    request: Request,
    context: { readonly script: string; readonly executionId: string },
  ): PresentedFailure {
    const headers: Record<string, string> = { "x-execution-id": context.executionId };
    // By class, not by brand: a script must not shape an answer by throwing something that looks like our error.
    if (isInstanceOf(thrown, ExecError) && thrown.kind === "scriptDisabled") {
      const { message, status } = thrown;
      return { response: textResponse(message, status, headers), message, report: null };
    }
    if (isInstanceOf(thrown, ExecError)) {
      return { response: this.#ours(thrown, headers), message: thrown.message, report: null };
    }
    const { lookup, root } = this.#options;
    const report = reportThrown(thrown, { fallback: context.script, lookup, root });
    if (isInstanceOf(thrown, LoopLimitError)) {
      // What is left to read of it later, a line of a history, is this text alone.
      const message = `${report.message} (${report.script}:${report.line})`;
      return { response: this.#ours(thrown.toExecError(), headers), message, report };
    }
    const isCompile = isInstanceOf(thrown, CompileError);
    const asJson = prefersJson(request.headers.get("accept"));
    const response = asJson
      ? this.#json(report, isCompile, headers)
      : isCompile
        ? this.#compilePage(report, headers)
        : this.#text(report, context, headers);
    return { response, message: report.message, report };
  }

  /** Our own errors are JSON for everybody. */
  #ours(error: ExecError, headers: Record<string, string>): Response {
    const shown = this.#options.production ? withoutDetails(error) : error;
    return toErrorResponse(shown, this.#options.clock.now(), headers);
  }

  #json(report: ThrownReport, isCompile: boolean, headers: Record<string, string>): Response {
    const { script, line, column, excerpt } = report;
    const details = this.#options.production ? undefined : { script, line, column, excerpt };
    const error = new ExecError(isCompile ? "scriptNotCompiled" : "scriptFailed", report.message, {
      ...(details ? { details } : {}),
    });
    return toErrorResponse(error, this.#options.clock.now(), headers);
  }

  #compilePage(report: ThrownReport, headers: Record<string, string>): Response {
    const place = `${report.script}:${report.line}:${report.column}`;
    const sections = this.#options.production
      ? []
      : [{ heading: place, lines: (report.excerpt ?? "").split("\n") }];
    const page = toPage("500 Script Compilation Error - Hoody Exec", report.message, sections);
    return new Response(page, {
      status: 500,
      headers: { "content-type": "text/html; charset=utf-8", ...headers },
    });
  }

  #text(
    report: ThrownReport,
    context: { script: string; executionId: string },
    headers: Record<string, string>,
  ): Response {
    const rows = [`VM Error in script '${context.script}': ${report.message}`];
    if (!this.#options.production) {
      if (report.line !== null) rows.push(`  at ${report.script}:${report.line}:${report.column}`);
      if (report.excerpt !== null) rows.push("", report.excerpt);
      if (report.stack !== null) rows.push("", report.stack);
    }
    rows.push("", `Execution: ${context.executionId}`);
    return textResponse(`${rows.join("\n")}\n`, 500, headers);
  }
}

function textResponse(text: string, status: number, headers: Record<string, string>): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
}

/** Details of a failure on our side name values and files of the author. */
function withoutDetails(error: ExecError): ExecError {
  const { kind, message, status, extra = {}, headers = {} } = error;
  return status < 500 ? error : new ExecError(kind, message, { extra, headers });
}
