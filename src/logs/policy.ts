import { logging } from "../directives/logging.ts";
import type { Directives } from "../directives/table.ts";

/** How a body is logged. */
export type BodyMode = "full" | "redacted" | "off";

/** Levels of `console` that go to the log: none, all but `debug`, all. */
export type ConsoleDepth = "none" | "info" | "debug";

/** What a script wants to have logged: its directives, read once. */
export interface LogPolicy {
  /** Whether only time, id, method, path, status and duration are wanted. */
  readonly isMinimal: boolean;
  readonly hasHeaders: boolean;
  readonly requestBody: BodyMode;
  readonly responseBody: BodyMode;
  /** Bytes kept of each body. */
  readonly bodyBytesMax: number;
  /** Names of headers that are masked, in lower case. */
  readonly maskedHeaders: ReadonlySet<string>;
  readonly console: ConsoleDepth;
}

/** Bytes of a body that a line holds at most, whatever a script asks for: lines are read as a whole. */
export const BODY_BYTES_MAX = 256 * 1024;

/** Credentials, masked whatever a script says. */
const CREDENTIALS = logging["log-exclude-headers"].defaults.runtime;

/** What the directives of a script ask for; null when nothing is logged (script-runtime.md §15). */
export function toLogPolicy(directives: Directives): LogPolicy | null {
  const level = directives["log-level"];
  if (level === "none") return null;
  const isMinimal = level === "minimal";
  const hasHeaders = level === "full" || level === "debug";
  return {
    isMinimal,
    hasHeaders,
    requestBody: isMinimal ? "off" : toMode(directives["log-request-body"]),
    responseBody: isMinimal ? "off" : toMode(directives["log-response-body"]),
    bodyBytesMax: Math.min(directives["log-max-body-size"], BODY_BYTES_MAX),
    maskedHeaders: new Set([...CREDENTIALS, ...directives["log-exclude-headers"]]),
    console: level === "debug" ? "debug" : level === "full" ? "info" : "none",
  };
}

function toMode(mode: string): BodyMode {
  return mode === "full" || mode === "off" ? mode : "redacted";
}
