import { connect, type Socket } from "node:net";

/** What clients saw. */
export interface LoadReport {
  readonly answered: number;
  readonly connections: number;
  /** Requests that were sent and got no whole answer of the right text, with what happened instead. */
  readonly failures: readonly string[];
}

/** Clients that send one request after the other; `stop` lets each finish its last. */
export interface LoadClients {
  stop(): Promise<LoadReport>;
}

/** How one client behaves. */
export interface ClientManner {
  /** Whether it keeps its connection until the server closes it. */
  readonly keepAlive: boolean;
  /** Milliseconds between an answer and the next request. */
  readonly pauseMs: number;
}

/**
 * Starts clients on plain sockets, so that nothing is tried again behind their backs: a connection that the server
 * closed before a request was sent on it is replaced, everything else is a failure.
 *
 * @param expected Body of every answer.
 */
export function startClients(
  target: { readonly url: string; readonly path: string; readonly expected: string },
  manners: readonly ClientManner[],
): LoadClients {
  const { port, hostname } = new URL(target.url);
  const failures: string[] = [];
  let answered = 0;
  let connections = 0;
  let isStopping = false;

  const run = async ({ keepAlive, pauseMs }: ClientManner) => {
    let connection: Connection | null = null;
    while (!isStopping) {
      if (connection === null || connection.isClosed) {
        connection?.end();
        connection = new Connection(Number(port), hostname);
        connections++;
      }
      const outcome = await connection.request(target.path, keepAlive);
      if (outcome.body === target.expected) answered++;
      else failures.push(outcome.failure ?? `another answer: ${outcome.body}`);
      if (!keepAlive || outcome.closes || outcome.failure !== undefined) {
        connection.end();
        connection = null;
      }
      // Also without a pause the event loop turns, so that a closed connection is seen.
      await Bun.sleep(pauseMs);
    }
    connection?.end();
  };
  const running = Promise.all(manners.map(run));
  return {
    async stop() {
      isStopping = true;
      await running;
      return { answered, connections, failures };
    },
  };
}

interface Outcome {
  readonly body?: string;
  readonly closes: boolean;
  readonly failure?: string;
}

/** One connection that carries one request at a time. */
class Connection {
  isClosed = false;
  readonly #socket: Socket;
  #received = "";
  #settle: ((outcome: Outcome) => void) | null = null;

  constructor(port: number, host: string) {
    this.#socket = connect({ port, host, noDelay: true });
    this.#socket.on("data", (chunk) => {
      this.#received += chunk.toString();
      this.#look();
    });
    this.#socket.on("error", (error) => this.#fail(`${(error as NodeJS.ErrnoException).code}`));
    this.#socket.on("end", () => this.#fail("the connection was closed before the answer was whole"));
    this.#socket.on("close", () => this.#fail("the connection was closed before the answer was whole"));
  }

  request(path: string, keepAlive: boolean): Promise<Outcome> {
    this.#received = "";
    const connection = keepAlive ? "" : "Connection: close\r\n";
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${connection}\r\n`);
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  end(): void {
    this.#socket.destroy();
  }

  #fail(failure: string): void {
    this.isClosed = true;
    this.#settle?.({ failure, closes: true });
    this.#settle = null;
  }

  #look(): void {
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = this.#received.slice(0, headEnd).toLowerCase();
    const length = /content-length: (\d+)/.exec(head)?.[1];
    const rest = this.#received.slice(headEnd + 4);
    const body = length === undefined ? unchunk(rest) : rest.length >= Number(length) ? rest : null;
    if (body === null) return;
    this.#settle?.({ body, closes: head.includes("connection: close") });
    this.#settle = null;
  }
}

/** The content of a chunked body (RFC 9112 §7.1); null when it is not whole. */
function unchunk(text: string): string | null {
  let content = "";
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (size === 0) return content;
    content += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
    if (at > text.length) return null;
  }
}
