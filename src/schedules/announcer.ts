import type { EventBus } from "../events/bus.ts";
import type { PayloadOf } from "../events/table.ts";
import type { FireRecord } from "./fire-record.ts";
import type { Schedule } from "./schedule-table.ts";

/** Why a script has no schedule any more. */
export type UnregisterReason = PayloadOf<"schedule.unregistered">["reason"];

/** Tells whoever subscribes what becomes of schedules and their runs. */
export class Announcer {
  readonly #events: Pick<EventBus, "emit">;
  readonly #node: string;

  /** @param node Host name of this server. */
  constructor(events: Pick<EventBus, "emit">, node: string) {
    this.#events = events;
    this.#node = node;
  }

  registered({ file, expression, dueMs }: Schedule): void {
    this.#events.emit("schedule.registered", {
      path: file,
      expression,
      ...(Number.isFinite(dueMs) ? { next_fire: toIso(dueMs) } : {}),
    });
  }

  unregistered(file: string, reason: UnregisterReason): void {
    this.#events.emit("schedule.unregistered", { path: file, reason });
  }

  /** @param dueMs When it was due, in ms since the epoch; null when nobody knows, or it was triggered by hand. */
  fired(file: string, runId: string, dueMs: number | null): void {
    const payload = { path: file, run_id: runId, ...scheduledFor(dueMs), node: this.#node };
    this.#events.emit("schedule.fired", payload, runId);
  }

  /** The end of a run, or that it did not begin. @param dueMs As in {@link fired}. */
  ended({ scriptPath: path, runId, status, durationMs, error = "" }: FireRecord, dueMs: number | null): void {
    if (status === "skipped_overload") {
      this.#events.emit("schedule.skipped", { path, ...scheduledFor(dueMs), reason: error }, runId);
    } else {
      this.#events.emit(
        "schedule.completed",
        { path, run_id: runId, status, duration_ms: durationMs },
        runId,
      );
    }
  }
}

function scheduledFor(dueMs: number | null) {
  return dueMs === null ? {} : { scheduled_for: toIso(dueMs) };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
