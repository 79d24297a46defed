import { isObject } from "../base/realm.ts";
import { ExecError } from "../errors/exec-error.ts";

/** What a script handed over, once its body has run (script-runtime.md §4). */
export type Handler =
  /** Called as `(req, res, metadata, shared)`. */
  | { readonly kind: "express"; readonly call: (...args: unknown[]) => unknown }
  /** Called with a Web `Request`. */
  | { readonly kind: "fetch"; readonly call: (request: Request) => unknown }
  /** Is the answer itself. */
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "none" };

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Finds what answers the request among a script's exports.
 *
 * @param exports What an ES module script exported, or `module.exports`.
 * @throws {ExecError} `methodNotAllowed` with `Allow`, when the script exports methods and not this one.
 */
export function findHandler(exports: unknown, method: string): Handler {
  if (typeof exports === "function") return { kind: "express", call: exports as never };
  if (!isObject(exports)) return exports === undefined ? NONE : { kind: "value", value: exports };
  for (const name of ["default", "handler"]) {
    const found = exports[name];
    if (typeof found === "function") return { kind: "express", call: found as never };
    if (name === "default" && found !== undefined) return fromDefault(found);
  }
  if (typeof exports["fetch"] === "function") return fetchHandler(exports, "fetch");
  const methods = METHODS.filter((name) => typeof exports[name] === "function");
  if (methods.length > 0) return fromMethods(exports, methods, method);
  return isUntouched(exports) ? NONE : { kind: "value", value: exports };
}

/** `metadata.method` of a run that a schedule began; among exported methods it means GET. */
export const INVOKED_METHOD = "CRON";

/** `metadata.method` of the run that sets a socket script up (script-runtime.md §5). */
export const SET_UP_METHOD = "WEBSOCKET_INIT";

/** What of a script's exports sets its sockets up: a handler that does not answer a Web `Request`. */
export function findSetUp(exports: unknown): Handler {
  const isMethods = isObject(exports) && METHODS.some((name) => typeof exports[name] === "function");
  const handler = isMethods ? NONE : findHandler(exports, "GET");
  return handler.kind === "express" ? handler : NONE;
}

const NONE: Handler = { kind: "none" };

/** Whether it is an empty plain object of any realm: what `module.exports` is from the start. */
function isUntouched(exports: object): boolean {
  const proto: unknown = Object.getPrototypeOf(exports);
  const isPlain = proto === null || Object.getPrototypeOf(proto) === null;
  return isPlain && Object.keys(exports).length === 0;
}

function fromDefault(value: unknown): Handler {
  return isObject(value) && typeof value["fetch"] === "function"
    ? fetchHandler(value, "fetch")
    : { kind: "value", value };
}

function fromMethods(
  exports: Record<PropertyKey, unknown>,
  methods: readonly string[],
  method: string,
): Handler {
  const isGet = (method === "HEAD" && !methods.includes("HEAD")) || method === INVOKED_METHOD;
  const wanted = isGet ? "GET" : method;
  if (methods.includes(wanted)) return fetchHandler(exports, wanted);
  const allow = [...new Set([...methods, ...(methods.includes("GET") ? ["HEAD"] : [])])].join(", ");
  throw new ExecError("methodNotAllowed", `Method ${method} is not among ${allow}`, { headers: { allow } });
}

/** The function is called on its object, so that `this` leads to its neighbours. */
function fetchHandler(holder: Record<PropertyKey, unknown>, name: string): Handler {
  return {
    kind: "fetch",
    call: (request) => (holder[name] as (request: Request) => unknown).call(holder, request),
  };
}
