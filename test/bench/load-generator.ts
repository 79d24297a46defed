/**
 * A closed-loop HTTP/1.1 load over raw sockets, for machines without `wrk`. A process of its own.
 *
 * Takes a {@link GeneratorPlan} as JSON in its first argument, prints a {@link GeneratorReport} as JSON.
 */

/** What to send, and for how long. */
export interface GeneratorPlan {
  readonly url: string;
  readonly method: string;
  /** Sent as JSON when it is not empty. */
  readonly body: string;
  readonly connections: number;
  readonly durationMs: number;
}

/** What came of it; latencies in milliseconds, one for each answered request. */
export interface GeneratorReport {
  readonly requests: number;
  /** Answers that were not 2xx or 3xx, and connections that broke. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly durationMs: number;
}

if (import.meta.main)
  console.log(JSON.stringify(await generate(JSON.parse(Bun.argv[2] ?? "") as GeneratorPlan)));

async function generate(plan: GeneratorPlan): Promise<GeneratorReport> {
  const request = toRequestText(plan);
  const latenciesMs: number[] = [];
  let failed = 0;
  const startedMs = performance.now();
  const endMs = startedMs + plan.durationMs;
  await Promise.all(Array.from({ length: plan.connections }, runConnection));
  latenciesMs.sort((a, b) => a - b);
  const quantile = (q: number) => latenciesMs[Math.floor(q * (latenciesMs.length - 1))] ?? Number.NaN;
  return {
    requests: latenciesMs.length,
    failed,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    durationMs: performance.now() - startedMs,
  };

  async function runConnection(): Promise<void> {
    const ended = Promise.withResolvers<void>();
    let received = "";
    let sentMs = 0;
    const send = (socket: Bun.Socket) => {
      if (performance.now() >= endMs) {
        socket.end();
        return;
      }
      sentMs = performance.now();
      socket.write(request);
    };
    const { hostname, port } = new URL(plan.url);
    await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        open: send,
        data(socket, chunk) {
          received += chunk.toString("latin1");
          if (!isComplete(received)) return;
          latenciesMs.push(performance.now() - sentMs);
          if (!/^HTTP\/1\.1 [23]/.test(received)) failed += 1;
          received = "";
          send(socket);
        },
        error() {
          failed += 1;
        },
        close: () => ended.resolve(),
      },
    });
    await ended.promise;
  }
}

function toRequestText({ url, method, body }: GeneratorPlan): string {
  const { pathname, search, host } = new URL(url);
  const head = `${method} ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n`;
  if (body === "") return `${head}\r\n`;
  const length = Buffer.byteLength(body);
  return `${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

/** The whole answer has arrived: its stated length, or the last chunk. */
function isComplete(received: string): boolean {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, headEnd))?.[1];
  if (length === undefined) return received.endsWith("0\r\n\r\n");
  return received.length >= headEnd + 4 + Number(length);
}
