import { Gate } from "../base/gate.ts";
import type { Directives } from "../directives/table.ts";
import { ExecError } from "../errors/exec-error.ts";
import type { RequestServer } from "./execution.ts";
import { whileOpen } from "./idle.ts";
import { requireToken } from "./script-token.ts";
import type { LoadedScript, ScriptUnit } from "./script-unit.ts";

/** A request that asks to run a script. */
export interface Admission {
  readonly request: Request;
  readonly server: RequestServer;
  /** Query string without its `?`. */
  readonly query: string;
  /** Requests that may wait for the script. */
  readonly queueMax: number;
  /** Milliseconds that are left of the script's time limit; Infinity for none. */
  readonly leftMs: number;
}

/**
 * Decides whether a script may run now: enabled, token, a place among the executions that `@concurrent` allows.
 *
 * @returns Gives the place back; null when the script has no limit.
 * @throws {ExecError} `scriptDisabled`, `unauthorized`, `queueFull`, `clientGone`, or `scriptTimeout` when the time
 *   limit is over before a place is free.
 */
export async function admit(
  unit: ScriptUnit,
  { compiled, timeoutMs }: LoadedScript,
  { request, server, query, queueMax, leftMs }: Admission,
): Promise<(() => void) | null> {
  requireAccess(compiled.directives.effective, request, query);
  const free = tryPlace(unit, compiled.directives.effective, queueMax);
  if (free !== "taken") return free;
  const expiry = Number.isFinite(leftMs) ? AbortSignal.timeout(Math.max(0, leftMs)) : null;
  const signal = expiry ? AbortSignal.any([request.signal, expiry]) : request.signal;
  const leave = await whileOpen(request, server, waitForPlace(unit, signal));
  if (leave !== null) return leave;
  if (request.signal.aborted) throw new ExecError("clientGone");
  if (expiry?.aborted) throw timeoutError(unit.file, timeoutMs);
  throw queueFull(unit, queueMax);
}

/**
 * Takes a place among the executions that `@concurrent` allows, for a run that no request asks for.
 *
 * @param options.signal Gives the place in the queue up; the caller looks at it.
 * @returns Gives the place back; null when the script has no limit, or the signal was aborted.
 * @throws {ExecError} `queueFull`.
 */
export async function takePlace(
  unit: ScriptUnit,
  { compiled }: LoadedScript,
  { queueMax, signal }: { readonly queueMax: number; readonly signal: AbortSignal },
): Promise<(() => void) | null> {
  const free = tryPlace(unit, compiled.directives.effective, queueMax);
  if (free !== "taken") return free;
  const leave = await waitForPlace(unit, signal);
  if (leave === null && !signal.aborted) throw queueFull(unit, queueMax);
  return leave;
}

/** @returns Gives the place back; null when the script has no limit. */
function tryPlace(
  unit: ScriptUnit,
  { concurrent, mode }: Directives,
  queueMax: number,
): (() => void) | null | "taken" {
  // Only serverless scripts have the limit (script-runtime.md §8).
  if (concurrent === true || mode === "worker") return null;
  const limit = concurrent === false ? 1 : concurrent;
  if (unit.gate?.limit !== limit) unit.gate = new Gate({ limit, waitingMax: queueMax });
  return unit.gate.tryEnter() ?? "taken";
}

async function waitForPlace({ gate }: ScriptUnit, signal: AbortSignal): Promise<(() => void) | null> {
  return (await gate?.enter(signal)) ?? null;
}

function queueFull({ file, gate, state }: ScriptUnit, queueMax: number): ExecError {
  state.refusals.queue++;
  return new ExecError(
    "queueFull",
    `${queueMax} requests are waiting for "${file}", the limit of --queue-max`,
    { details: { script: file, directive: "@concurrent", limit: gate?.limit } },
  );
}

/**
 * Decides whether a caller may know of a script, whether or not it compiles: enabled, token.
 *
 * @param query Query string without its `?`.
 * @throws {ExecError} `scriptDisabled`, `unauthorized`.
 */
export function requireAccess({ enabled, tokens }: Directives, request: Request, query: string): void {
  if (!enabled) throw new ExecError("scriptDisabled");
  if (tokens.length > 0) requireToken(tokens, request, query);
}

/** The answer to a request whose time is over; the connection closes, because the script may still be running. */
export function timeoutError(script: string, timeoutMs: number): ExecError {
  return new ExecError("scriptTimeout", undefined, {
    extra: { timeoutMs },
    details: { script, directive: "@timeout" },
    headers: { connection: "close" },
  });
}
