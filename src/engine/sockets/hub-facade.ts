import { harden } from "../harden.ts";
import type { Stringify } from "../json.ts";
import { HANDLER_NAMES, isHandlerName, noHandlers, type SocketHandlers, setHandler } from "./handlers.ts";
import { type Message, toMessage } from "./message.ts";
import type { ScriptSocket } from "./socket.ts";

/** `ws` of a script (script-runtime.md §11). */
export interface HubFacade {
  /** Every open socket of the script and route value. */
  readonly connections: Set<ScriptSocket>;
  /** Sends to every socket but `except`. @returns How many took the message. */
  broadcast(data: unknown, except?: unknown): number;
  /** Same as assigning `ws[name]`. */
  on(name: string, handler: unknown): HubFacade;
  /** Subprotocols the script speaks; left out, the client's first offer is taken. */
  protocols?: unknown;
}

/** What stands behind a {@link HubFacade}. */
export interface HubParts {
  readonly handlers: SocketHandlers;
  readonly connections: Set<ScriptSocket>;
  readonly stringify: Stringify | null;
  readonly broadcast: (message: Message, except: unknown) => number;
}

/** `ws` of the run that serves sockets. Its methods need no `this`, so that `const { broadcast } = ws` works. */
export function createHubFacade({ handlers, connections, stringify, broadcast }: HubParts): HubFacade {
  const facade = {
    connections,
    broadcast: harden((data: unknown, except?: unknown) => broadcast(toMessage(data, stringify), except)),
    on: harden((name: string, handler: unknown) => {
      setHandler(handlers, name, handler);
      return facade;
    }),
  };
  for (const name of HANDLER_NAMES) {
    Object.defineProperty(facade, name, {
      get: harden(() => handlers[name]),
      set: harden((handler: unknown) => setHandler(handlers, name, handler)),
      enumerable: true,
    });
  }
  return facade;
}

/** `ws` where there is no socket yet. */
export function createLonelyFacade(connections: Set<ScriptSocket>): HubFacade {
  return createHubFacade({
    handlers: noHandlers(),
    connections,
    stringify: null,
    broadcast: () => 0,
  });
}

/**
 * `ws` of a plain HTTP request: the same hub, but the handlers it sets serve nobody.
 *
 * The body runs again for the request; if its handlers replaced those of the sockets, every request would cut the
 * sockets off from the variables they were opened with.
 *
 * @param find The hub's `ws` at this moment.
 */
export function createHubView(find: () => HubFacade): HubFacade {
  const unused = noHandlers();
  const view: HubFacade = new Proxy({} as HubFacade, {
    get: (_, name) => (isHandlerName(name) ? unused[name] : name === "on" ? on : Reflect.get(find(), name)),
    set(_, name, value) {
      if (!isHandlerName(name)) return Reflect.set(find(), name, value);
      setHandler(unused, name, value);
      return true;
    },
    has: (_, name) => Reflect.has(find(), name),
    deleteProperty: (_, name) => Reflect.deleteProperty(find(), name),
  });
  const on = harden((name: string, handler: unknown) => {
    setHandler(unused, name, handler);
    return view;
  });
  return view;
}
