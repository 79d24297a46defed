import type { Logger } from "pino";
import type { App } from "./app.ts";
import { TIMER_MAX_MS } from "./base/wait.ts";
import { IDLE_TIMEOUT_S } from "./engine/idle.ts";
import { steerToSuccessor } from "./process/steering.ts";

/** Where a server listens. */
export interface ServerOptions {
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly log: Logger;
}

/** A listening server. */
export interface RunningServer {
  readonly port: number;
  /**
   * Lets its successor, which listens on the same port, have new connections and then stops. No request fails: every
   * answer closes its connection, and the listener is closed when nothing waits in its queue.
   *
   * @param drainTimeoutMs As in {@link stop}.
   */
  leave(drainTimeoutMs: number): Promise<number>;
  /**
   * Stops accepting, waits for running executions, aborts those that remain.
   *
   * @param drainTimeoutMs Longest wait in milliseconds.
   * @returns How many executions had to be aborted, those whose answer was still being sent among them.
   */
  stop(drainTimeoutMs: number): Promise<number>;
}

/**
 * Milliseconds in which a server that leaves still answers: enough for what waits in the queue of its listener (some
 * milliseconds), and for kept-alive connections to learn with their next answer that they are closed.
 */
const LEAVING_MS = 1_000;

/** Milliseconds that aborted executions have to answer. */
const LAST_WORD_MS = 250;

/**
 * Finds out whether somebody listens on a port: {@link serve} shares it with servers of the same user.
 *
 * @param port 0 is never taken.
 * @throws When it is, or the address cannot be bound.
 */
export function refuseTakenPort(hostname: string, port: number): void {
  if (port === 0) return;
  Bun.listen({ hostname, port, exclusive: true, socket: { data: () => undefined } }).stop(true);
}

/**
 * Binds an app to a port, on which another server of the same user may still listen.
 *
 * @throws When the address cannot be bound, or somebody has the port for himself.
 */
export function serve(app: App, { hostname, port, log }: ServerOptions): RunningServer {
  const onError = (thrown: unknown) => {
    log.error({ err: thrown }, "A request failed outside of every handler");
    return new Response("Internal server error", { status: 500 });
  };
  const server = Bun.serve({
    hostname,
    port,
    // A successor binds the port while this server still has it.
    reusePort: true,
    idleTimeout: IDLE_TIMEOUT_S,
    // Bodies are bounded where they are read, with an answer in our envelope.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: app.fetch,
    websocket: app.engine.sockets.handler,
    error: onError,
  });
  const bound = server.port ?? port;
  const drain = async (drainTimeoutMs: number) => {
    // Not before, when it leaves: a socket or stream that is sent away comes back at once, and must find the successor.
    app.engine.sockets.closeAll(1001, "The server stops");
    app.closeStreams();
    const stopped = server.stop(false);
    const { promise: expired, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(drainTimeoutMs, TIMER_MAX_MS));
    await Promise.race([Promise.all([stopped, app.engine.active.drained()]), expired]);
    clearTimeout(timer);
    const { active } = app.engine;
    const cutStreams = active.streams;
    const aborted = active.abortAll(new DOMException("The server is shutting down", "AbortError"));
    // A script that heeds its signal still gets its answer out.
    if (aborted > 0) await Promise.race([stopped, Bun.sleep(LAST_WORD_MS)]);
    await server.stop(true);
    return aborted + cutStreams;
  };
  return {
    port: bound,
    stop: drain,
    async leave(drainTimeoutMs) {
      // Swapped here, so that requests of a server that stays pay nothing for it.
      server.reload({ fetch: (request, from) => closing(app.fetch(request, from)), error: onError });
      if (!steerToSuccessor(bound)) {
        log.warn(
          "New connections cannot be steered to the new server: some may be reset when the old one stops",
        );
      }
      const leavingMs = Math.min(LEAVING_MS, drainTimeoutMs);
      await Bun.sleep(leavingMs);
      return await drain(drainTimeoutMs - leavingMs);
    },
  };
}

/** An answer after which its connection is closed (RFC 9112 §9.6). */
function closing(answer: Response | Promise<Response>): Response | Promise<Response> {
  if (answer instanceof Promise) return answer.then(closing);
  answer.headers.set("connection", "close");
  return answer;
}
