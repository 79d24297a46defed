import { event, integer, listOf, objectOf, oneOf, optional, type Payload, text, yesNo } from "./event.ts";

/** Who noticed a change of a script. */
const source = oneOf("api", "disk", "cluster");

/** File relative to the scripts directory. */
const path = text("Relative to the scripts directory");

/** Deployment of a file. */
const scope = text("Deployment, subdomain/execId");

/** One run in the history of schedules. */
const runId = text("As in schedules/history");

/** When a run was due. */
const scheduledFor = optional(
  text("ISO 8601 in UTC; absent when it was triggered by hand, or waited over a restart"),
);

/**
 * TABLE: every event this server emits (operations.md §10.1). Typed emitters and the README follow.
 *
 * Payloads hold no bodies, headers, tokens or environment values. Without Zod, since the request path loads this.
 */
export const EVENTS = {
  "script.written": event({
    channel: "scripts",
    description: "A file was written through the control API",
    fields: {
      path,
      scope,
      created: yesNo("Whether it is new"),
      size: integer("Bytes"),
      validated: yesNo("Whether it was checked before"),
      source,
    },
    example: {
      path: "default/1/hello.ts",
      scope: "default/1",
      created: true,
      size: 27,
      validated: true,
      source: "api",
    },
  }),
  "script.deleted": event({
    channel: "scripts",
    description: "A file was deleted through the control API",
    fields: { path, scope, source },
    example: { path: "default/1/hello.ts", scope: "default/1", source: "api" },
  }),
  "script.moved": event({
    channel: "scripts",
    description: "A file was given another name through the control API",
    fields: { from: path, to: path, scope },
    example: { from: "default/1/a.ts", to: "default/1/b.ts", scope: "default/1" },
  }),
  "schedule.registered": event({
    channel: "schedules",
    description: "A script got a schedule, or another one",
    fields: {
      path,
      expression: text("As in @schedule"),
      next_fire: optional(text("ISO 8601 in UTC; absent when it is never due")),
    },
    example: {
      path: "default/1/report.ts",
      expression: "0 6 * * *",
      next_fire: "2026-01-16T06:00:00.000Z",
    },
  }),
  "schedule.unregistered": event({
    channel: "schedules",
    description: "A script lost its schedule",
    fields: { path, reason: oneOf("removed", "unscheduled", "unusable") },
    example: { path: "default/1/report.ts", reason: "removed" },
  }),
  "schedule.fired": event({
    channel: "schedules",
    description: "A run began that no request asks for",
    fields: { path, run_id: runId, scheduled_for: scheduledFor, node: text("Host name of the server") },
    example: {
      path: "default/1/report.ts",
      run_id: "9b2d1c53-7f0a-4a3e-9d0e-2f3c6b8a1e57",
      scheduled_for: "2026-01-15T06:00:00.000Z",
      node: "exec-1",
    },
  }),
  "schedule.completed": event({
    channel: "schedules",
    description: "A run that no request asks for came to its end",
    fields: {
      path,
      run_id: runId,
      status: oneOf("ok", "error", "timeout", "disabled", "load_error", "incompatible"),
      duration_ms: integer(),
    },
    example: {
      path: "default/1/report.ts",
      run_id: "9b2d1c53-7f0a-4a3e-9d0e-2f3c6b8a1e57",
      status: "ok",
      duration_ms: 412,
    },
  }),
  "schedule.skipped": event({
    channel: "schedules",
    description: "A run did not begin, because one of its script was still running, waiting, or had no place",
    fields: { path, scheduled_for: scheduledFor, reason: text("As in the history") },
    example: {
      path: "default/1/report.ts",
      scheduled_for: "2026-01-15T06:00:00.000Z",
      reason: "The previous run has not ended",
    },
  }),
  "system.packages_installed": event({
    channel: "system",
    description: "An install of packages for scripts came to its end",
    fields: {
      packages: listOf(text(), "What was asked for; all that package.json lists when nothing was named"),
      ok: yesNo("Whether all of it is there"),
      failures: optional(
        listOf(objectOf({ package: text(), reason: text() }), "What could not be installed, and why"),
      ),
    },
    example: {
      packages: ["dayjs", "left-padd"],
      ok: false,
      failures: [{ package: "left-padd", reason: "the registry has no such package" }],
    },
  }),
} as const;

/** Name of a row of {@link EVENTS}. */
export type EventType = keyof typeof EVENTS;

/** What an event of a type says. */
export type PayloadOf<Type extends EventType> = Payload<(typeof EVENTS)[Type]["fields"]>;
