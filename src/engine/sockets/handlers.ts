import type { ScriptSocket } from "./socket.ts";

/** What a script is called for. */
export const HANDLER_NAMES = ["open", "message", "drain", "ping", "pong", "close", "error"] as const;

export type HandlerName = (typeof HANDLER_NAMES)[number];

/** A function of a script; what it returns matters only when it is a promise. */
export type SocketHandler = (socket: ScriptSocket, ...args: unknown[]) => unknown;

/** The functions that one run of a script's body has set. */
export type SocketHandlers = { [Name in HandlerName]: SocketHandler | null };

export function noHandlers(): SocketHandlers {
  return { open: null, message: null, drain: null, ping: null, pong: null, close: null, error: null };
}

export function isHandlerName(name: unknown): name is HandlerName {
  return HANDLER_NAMES.includes(name as HandlerName);
}

/**
 * Sets one handler; `null` and `undefined` remove it.
 *
 * @throws {TypeError} for an unknown name, and for anything else that is no function.
 */
export function setHandler(handlers: SocketHandlers, name: unknown, handler: unknown): void {
  if (!isHandlerName(name))
    throw new TypeError(`Cannot handle "${String(name)}": there are ${HANDLER_NAMES.join(", ")}`);
  if (handler !== undefined && handler !== null && typeof handler !== "function")
    throw new TypeError(`Cannot use a ${typeof handler} as ws.${name}: expected a function`);
  handlers[name] = (handler ?? null) as SocketHandler | null;
}
