import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import { redactJson } from "../base/redact-body.ts";
import { toRedactedLine } from "../base/redact-text.ts";
import type { Invocation, InvocationOutcome, Invoked } from "../engine/invoke.ts";
import type { Announcer } from "./announcer.ts";
import { ERROR_MAX, type FireRecord, type FireStatus, PREVIEW_MAX } from "./fire-record.ts";
import type { Schedule } from "./schedule-table.ts";
import type { CronTotals } from "./totals.ts";

/** What a fire runs. */
export type FireTarget = Pick<Schedule, "file" | "deployment" | "baseDir" | "expression" | "timeoutMs">;

/** Collaborators of {@link Fires}. */
export interface FiresOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn" | "debug">;
  readonly totals: CronTotals;
  /** Runs a script without a socket. */
  readonly invoke: (invocation: Invocation) => Invoked;
  readonly announcer: Pick<Announcer, "fired" | "ended">;
  /** Keeps a record. */
  readonly keep: (record: FireRecord) => void;
}

/** A fire whose run has not ended. */
interface Running {
  readonly target: FireTarget;
  readonly runId: string;
  /** When it was due, in ms since the epoch; null when nobody knows, or it was triggered by hand. */
  readonly dueMs: number | null;
  readonly startedAt: Date;
  readonly startedMs: number;
}

/**
 * Fires scripts: one run of a script at a time, each attempt counted and kept.
 *
 * A run has its script's slot until it ends or its time is over; its code may go on after that.
 */
export class Fires {
  readonly #options: FiresOptions;
  readonly #slots = new Map<string, Running>();

  constructor(options: FiresOptions) {
    this.#options = options;
  }

  /**
   * Fires a script now. Never rejects.
   *
   * @param dueMs When it was due, in ms since the epoch; null when nobody knows, or it was triggered by hand.
   */
  async fire(target: FireTarget, dueMs: number | null): Promise<FireRecord> {
    const { totals, log, announcer } = this.#options;
    const running = this.#begin(target, dueMs);
    if (this.#slots.has(target.file)) {
      return this.#keep(running, "skipped_overload", { error: "The previous run has not ended" });
    }
    this.#slots.set(target.file, running);
    announcer.fired(target.file, running.runId, dueMs);
    totals.wrapperActive++;
    totals.active++;
    const { deployment, file, baseDir, timeoutMs } = target;
    const invoked = this.#options.invoke({ deployment, file, baseDir, timeoutMs });
    void invoked.ended.then(() => {
      totals.active--;
    });
    const outcome = await invoked.outcome;
    totals.wrapperActive--;
    // Whoever stopped the server has told how it ended.
    if (!this.#slots.delete(file)) return this.#toRecord(running, "error", { error: STOPPED });
    const status = STATUS_OF[outcome.kind === "refused" ? outcome.reason : outcome.kind];
    if (ERRORS.has(status)) {
      totals.errors++;
      const { executionId } = invoked;
      const { runId } = running;
      log.warn(
        { script: file, status, runId, executionId, error: errorOf(outcome) },
        "A scheduled run failed",
      );
    }
    return this.#keep(running, status, {
      error: errorOf(outcome),
      returnPreview: outcome.kind === "answered" ? (outcome.preview ?? undefined) : undefined,
    });
  }

  /** Keeps a record of what could not even begin. */
  skip(target: FireTarget, dueMs: number | null, error: string): void {
    this.#keep(this.#begin(target, dueMs), "skipped_overload", { error });
  }

  /** Keeps a record of every run that the end of the server cuts short. */
  cutShort(): void {
    const cut = [...this.#slots.values()];
    this.#slots.clear();
    for (const running of cut) this.#keep(running, "error", { error: STOPPED });
  }

  #begin(target: FireTarget, dueMs: number | null): Running {
    const { totals, clock } = this.#options;
    totals.fires++;
    return { target, runId: randomUUID(), dueMs, startedAt: clock.now(), startedMs: clock.monotonicMs() };
  }

  #keep(running: Running, status: FireStatus, texts: RecordTexts): FireRecord {
    const record = this.#toRecord(running, status, texts);
    this.#options.keep(record);
    this.#options.announcer.ended(record, running.dueMs);
    return record;
  }

  #toRecord({ target, runId, startedAt, startedMs }: Running, status: FireStatus, texts: RecordTexts) {
    const { returnPreview, error } = texts;
    return {
      ts: startedAt.toISOString(),
      scriptPath: target.file,
      expression: target.expression,
      runId,
      status,
      durationMs: Math.max(0, Math.round(this.#options.clock.monotonicMs() - startedMs)),
      ...(returnPreview === undefined ? {} : { returnPreview: cut(redactJson(returnPreview), PREVIEW_MAX) }),
      ...(error === undefined ? {} : { error: toRedactedLine(error, ERROR_MAX) }),
    };
  }
}

interface RecordTexts {
  readonly returnPreview?: string | undefined;
  readonly error?: string | undefined;
}

const STOPPED = "The server stopped before the run had ended";

/** Statuses that count as errors (metrics.md §2). */
const ERRORS: ReadonlySet<FireStatus> = new Set(["error", "timeout", "load_error"]);

type RefusalReason = (InvocationOutcome & { kind: "refused" })["reason"];

const STATUS_OF: Readonly<Record<Exclude<InvocationOutcome["kind"], "refused"> | RefusalReason, FireStatus>> =
  {
    answered: "ok",
    failed: "error",
    timedOut: "timeout",
    disabled: "disabled",
    incompatible: "incompatible",
    notLoaded: "load_error",
    busy: "skipped_overload",
  };

/** One line without secrets: it goes into the log as well. */
function errorOf(outcome: InvocationOutcome): string | undefined {
  return outcome.kind === "answered" ? undefined : toRedactedLine(outcome.message, ERROR_MAX);
}

/** By characters, so that none is cut in half. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return [...text.slice(0, 2 * max)].slice(0, max).join("");
}
