import type { Logger } from "pino";
import type { App } from "./app.ts";
import { IDLE_TIMEOUT_S } from "./engine/idle.ts";

/** Where a server listens. */
export interface ServerOptions {
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly log: Logger;
}

/** A listening server. */
export interface RunningServer {
  readonly hostname: string;
  readonly port: number;
  /**
   * Stops accepting, waits for running executions, aborts those that remain.
   *
   * @param drainTimeoutMs Longest wait in milliseconds.
   * @returns How many executions had to be aborted.
   */
  stop(drainTimeoutMs: number): Promise<number>;
}

/** Milliseconds that aborted executions have to answer. */
const LAST_WORD_MS = 250;

/** Binds an app to a port. @throws When the port is taken or the address cannot be bound. */
export function serve(app: App, { hostname, port, log }: ServerOptions): RunningServer {
  const server = Bun.serve({
    hostname,
    port,
    idleTimeout: IDLE_TIMEOUT_S,
    // Bodies are bounded where they are read, with an answer in our envelope.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: app.fetch,
    websocket: app.engine.sockets.handler,
    error(thrown) {
      log.error({ err: thrown }, "A request failed outside of every handler");
      return new Response("Internal server error", { status: 500 });
    },
  });
  return {
    hostname,
    port: server.port ?? port,
    async stop(drainTimeoutMs) {
      app.engine.sockets.closeAll(1001, "The server stops");
      const stopped = server.stop(false);
      const { promise: expired, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, drainTimeoutMs);
      await Promise.race([Promise.all([stopped, app.engine.active.drained()]), expired]);
      clearTimeout(timer);
      const aborted = app.engine.active.abortAll(
        new DOMException("The server is shutting down", "AbortError"),
      );
      // A script that heeds its signal still gets its answer out.
      if (aborted > 0) await Promise.race([app.engine.active.drained(), Bun.sleep(LAST_WORD_MS)]);
      await server.stop(true);
      return aborted;
    },
  };
}
