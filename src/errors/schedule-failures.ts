import type { Failure } from "./failure.ts";

/** Rows of the table of failures about scripts that run by themselves. */
export const scheduleFailures = {
  tokenProtected: {
    status: 403,
    title: "The script has @token",
    resolution: "Pass force=true, or start the server with --schedules-trigger-allow-token",
  },
  schedulerUnavailable: {
    status: 503,
    title: "scheduler unavailable",
    resolution: "Start the server with --schedules on",
  },
} as const satisfies Record<string, Failure>;
