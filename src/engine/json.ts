import { isError, isInstanceOf } from "../base/realm.ts";
import { ExecError } from "../errors/exec-error.ts";
import { LoopLimitError } from "./loop-limit-error.ts";

/** Serialises values of the context that made them. */
export type Stringify = (value: unknown) => string | undefined;

/** Of what a script sends by `res` (script-runtime.md §6). */
export const JSON_TYPE = "application/json; charset=utf-8";

/** Of what a script returns: as `Response.json` writes it, which another spelling would make a third slower (measured). */
export const RETURNED_TYPE = "application/json;charset=utf-8";

/** Of every plain answer by `res`; an object for each would cost 3 % of it. */
export const JSON_INIT: ResponseInit = { headers: { "content-type": JSON_TYPE } };

/** The same for what is returned. */
const RETURNED_INIT: ResponseInit = { headers: { "content-type": RETURNED_TYPE } };

/**
 * A value as a JSON answer.
 *
 * A serialiser is several times slower on objects of another realm (performance.md §3.2). Scripts return objects of
 * their own, or what the server handed them, above all a parsed body; `Response.json` is fastest for the server's
 * objects and for flat ones.
 *
 * @param stringify The serialiser of the script's context; null for the server's own.
 * @throws {ExecError} `unserialisable`
 */
export function jsonResponse(value: object, stringify: Stringify | null): Response {
  if (!isFlat(value) && (stringify === null || !isHostObject(value))) {
    return new Response(serialise(value, stringify), RETURNED_INIT);
  }
  try {
    return Response.json(value);
  } catch (cause) {
    throw unserialisable(cause);
  }
}

/** The text of a value, made by the serialiser that is fastest for it. */
export function serialise(value: unknown, stringify: Stringify | null): string {
  const isOurs = stringify === null || holdsHostObject(value);
  try {
    return (isOurs ? JSON.stringify(value) : stringify(value)) ?? "null";
  } catch (cause) {
    throw unserialisable(cause);
  }
}

/** Members looked at. */
const MEMBERS_MAX = 8;

/** Whether a value has no objects inside. */
function isFlat(value: object): boolean {
  if (Array.isArray(value)) return false;
  let members = 0;
  for (const name in value) {
    const type = typeof (value as Record<string, unknown>)[name];
    if (type === "object" || type === "function" || ++members > MEMBERS_MAX) return false;
  }
  return true;
}

/** Whether a value, or one of its first members, was made by the server, like the body in `{ ok: true, body }`. */
function holdsHostObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isHostObject(value)) return true;
  let members = 0;
  for (const name in value) {
    if (isHostObject((value as Record<string, unknown>)[name])) return true;
    if (++members > MEMBERS_MAX) return false;
  }
  return false;
}

function isHostObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === Array.prototype;
}

function unserialisable(cause: unknown): Error {
  // A loop in a `toJSON` or getter is no mistake of the value.
  if (isInstanceOf(cause, LoopLimitError)) return cause;
  const reason = isError(cause) ? cause.message : String(cause);
  return new ExecError(
    "unserialisable",
    `The value the script returned cannot be written as JSON: ${reason}`,
    {
      cause,
    },
  );
}
