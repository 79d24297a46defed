import type { LoadedScript } from "../script-unit.ts";
import { noHandlers, type SocketHandlers } from "./handlers.ts";
import type { SocketHub } from "./hub.ts";
import { createHubFacade, type HubFacade } from "./hub-facade.ts";
import type { Message } from "./message.ts";
import type { SocketSession } from "./session.ts";

/**
 * One run of a socket script's body, and the sockets that its handlers serve.
 *
 * A changed script gets a run of its own for new sockets; the sockets of both belong to one hub.
 */
export class SocketRun {
  readonly handlers: SocketHandlers = noHandlers();
  readonly loaded: LoadedScript;
  readonly facade: HubFacade;
  /** Settles when the body is done; rejects with what it threw. */
  readonly ready: Promise<void>;
  readonly #hub: SocketHub;
  readonly #end: (reason: DOMException) => void;
  #socketCount = 0;
  #isOver = false;

  /**
   * @param options.setUp Runs the body with the `ws` it is given.
   * @param options.end Tells the body's `req.signal` that the run is over.
   */
  constructor(
    hub: SocketHub,
    options: {
      readonly loaded: LoadedScript;
      readonly setUp: (facade: HubFacade) => Promise<void>;
      readonly end: (reason: DOMException) => void;
    },
  ) {
    this.#hub = hub;
    this.loaded = options.loaded;
    this.#end = options.end;
    this.facade = createHubFacade({
      handlers: this.handlers,
      connections: hub.connections,
      stringify: this.stringify,
      broadcast: (message, except) => this.broadcast(message, except),
    });
    this.ready = options.setUp(this.facade);
  }

  /** Serialiser of the script's context. */
  get stringify(): ((value: unknown) => string | undefined) | null {
    return this.loaded.linked.stringify;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A run that is over has no say: what an old version left behind must not speak along with the new one. */
  broadcast(message: Message, except: unknown): number {
    return this.#isOver ? 0 : this.#hub.broadcast(message, except);
  }

  enter(session: SocketSession): void {
    this.#socketCount++;
    this.#hub.add(session);
  }

  leave(session: SocketSession): void {
    this.#socketCount--;
    this.#hub.delete(session);
  }

  /** Tells that the close handler of a socket has run. */
  left(): void {
    this.release();
    this.#hub.leave();
  }

  /** Ends the run when a newer one serves new sockets, and none is left of its own. */
  release(): void {
    if (this.#socketCount === 0 && this.#hub.current !== this) this.end();
  }

  /** Ends the run, whether or not it has sockets. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#end(new DOMException("The run that served the sockets is over", "AbortError"));
  }
}
