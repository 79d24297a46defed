import type { Endpoint } from "../endpoint.ts";
import { Execution, type ExecutionHost, type RequestServer } from "../execution.ts";
import { SET_UP_METHOD } from "../handler.ts";

/** The request of a handshake. Once the connection is a socket, the server has forgotten its address. */
export class HandshakeExecution extends Execution {
  readonly #clientIp: string;

  constructor(
    request: Request,
    server: RequestServer,
    endpoint: Endpoint,
    url: string,
    host: ExecutionHost,
    startedMs: number,
  ) {
    super(request, server, endpoint, url, null, host, startedMs);
    this.#clientIp = super.clientIp;
  }

  override get clientIp(): string {
    return this.#clientIp;
  }

  override get trigger(): "websocket" {
    return "websocket";
  }
}

/** The run of the body for all sockets to come; it sees the first of their requests. */
export class SetUpExecution extends HandshakeExecution {
  readonly #controller = new AbortController();

  override get method(): string {
    return SET_UP_METHOD;
  }

  /** Aborted when the run is over, not when the first client goes. */
  override get signal(): AbortSignal {
    return this.#controller.signal;
  }

  override abort(reason: unknown): void {
    this.#controller.abort(reason);
  }
}
