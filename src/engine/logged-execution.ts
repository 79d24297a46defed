import { toRedactedLine } from "../base/redact-text.ts";
import type { AccessRecord, Delivery, LoggedBody } from "../logs/access.ts";
import type { LogPolicy } from "../logs/policy.ts";
import type { ReceivedBody } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";
import type { TimedArrival } from "./engine-options.ts";
import { Execution, type ExecutionHost } from "./execution.ts";
import { UPGRADED } from "./sockets/upgraded.ts";

/** What is known of a request when its answer is complete. */
export type Answered = Omit<AccessRecord, "time" | "durationMs">;

/** What a logged execution is made with. */
export interface LoggedExecutionOptions {
  readonly policy: LogPolicy;
  /** Adds the line, once. */
  readonly write: (answered: Answered) => void;
}

/** Code points of an error that a line holds. */
const ERROR_MAX = 256;

/** The status of a handshake that has become a socket, which no answer carries. */
const SWITCHED = 101;

/** One request to a script that keeps a log, from its arrival to the end of its answer. */
export class LoggedExecution implements ExecutionHost {
  readonly trustProxy: boolean;
  readonly #endpoint: Endpoint;
  readonly #arrival: TimedArrival;
  readonly #options: LoggedExecutionOptions;
  #id: string | null = null;
  #execution: Execution | null = null;
  #body: ReceivedBody | null = null;
  #error: string | null = null;
  /** Read while the connection is there; one that is gone has no address. */
  #clientIp: string | null = null;

  constructor(endpoint: Endpoint, arrival: TimedArrival, options: LoggedExecutionOptions) {
    this.trustProxy = arrival.host.trustProxy;
    this.#endpoint = endpoint;
    this.#arrival = arrival;
    this.#options = options;
  }

  /** The one id of this request, whoever asks. */
  nextId(): string {
    this.#id ??= this.#arrival.host.nextId();
    return this.#id;
  }

  begun(execution: Execution): void {
    this.#execution = execution;
    this.#body = execution.body;
  }

  failed(message: string): void {
    this.#error = toRedactedLine(message.split("\n", 1)[0] ?? "", ERROR_MAX);
  }

  /**
   * Adds the line when the answer is complete: of a stream, when its last byte was taken or its client went.
   *
   * @returns The answer, under its id.
   */
  finish(response: Response): Response {
    if (response === UPGRADED) {
      this.#write(response, null, null);
      return response;
    }
    response.headers.set("x-execution-id", this.nextId());
    this.#clientIp = this.#execution?.clientIp ?? null;
    // Nobody reads the body of an answer to HEAD, so it has no end.
    const isStream = this.#execution?.isStreaming && this.#arrival.request.method !== "HEAD";
    if (isStream) return this.#watch(response);
    if (this.#options.policy.responseBody === "off") this.#write(response, null, null);
    else void this.#keepBody(response);
    return response;
  }

  /** The runtime shares what a body holds with its copy, unless it is a stream. */
  async #keepBody(response: Response): Promise<void> {
    const type = response.headers.get("content-type") ?? "";
    const copy = response.clone();
    let body: LoggedBody | null = null;
    try {
      if (copy.body !== null) body = await readHead(copy.body, type, this.#options.policy.bodyBytesMax);
    } catch {
      // What breaks off while it is read breaks off for the client too.
    }
    this.#write(response, body, null);
  }

  /** A stream goes through here, chunk by chunk and as fast as the client takes it. */
  #watch(response: Response): Response {
    const { bodyBytesMax, responseBody } = this.#options.policy;
    const source = response.body?.getReader();
    if (source === undefined) {
      this.#write(response, null, "complete");
      return response;
    }
    const type = response.headers.get("content-type") ?? "";
    const head = new BodyHead(type, responseBody === "off" ? 0 : bodyBytesMax);
    let isOver = false;
    const end = (delivery: Delivery) => {
      if (isOver) return;
      isOver = true;
      const body = responseBody === "off" ? null : head.take(delivery === "complete");
      this.#write(response, body, delivery);
    };
    const { signal } = this.#arrival.request;
    // One who goes before the first byte was taken cancels nothing.
    if (signal.aborted) end("aborted");
    else signal.addEventListener("abort", () => end("aborted"), { once: true });
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await source.read();
          if (value !== undefined) {
            head.add(value);
            controller.enqueue(value);
          }
          if (!done) return;
          end("complete");
          controller.close();
        } catch {
          end("failed");
          // Without a value: the runtime would print it a second time.
          controller.error();
        }
      },
      async cancel(reason) {
        end("aborted");
        await source.cancel(reason);
      },
    });
    const { status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  }

  #write(response: Response, responseBody: LoggedBody | null, delivery: Delivery | null): void {
    const { request, server, url, startedMs } = this.#arrival;
    const execution =
      this.#execution ?? new Execution(request, server, this.#endpoint, url, null, this, startedMs);
    this.#options.write({
      executionId: this.nextId(),
      method: request.method,
      url: execution.pathAndQuery,
      status: response === UPGRADED ? SWITCHED : response.status,
      script: this.#endpoint.match.file,
      clientIp: this.#clientIp ?? execution.clientIp,
      delivery,
      error: this.#error,
      requestHeaders: request.headers,
      responseHeaders: response.headers,
      requestBody: this.#requestBody(request),
      responseBody,
    });
  }

  #requestBody({ headers }: Request): LoggedBody | null {
    const raw = this.#body?.raw;
    if (raw === undefined) return null;
    return { type: headers.get("content-type") ?? "", head: raw, size: raw.length };
  }
}

/** The first bytes of a body that goes by. */
class BodyHead {
  readonly #type: string;
  readonly #bytesMax: number;
  readonly #chunks: Uint8Array[] = [];
  #keptBytes = 0;
  #size = 0;

  constructor(type: string, bytesMax: number) {
    this.#type = type;
    this.#bytesMax = bytesMax;
  }

  get isFull(): boolean {
    return this.#keptBytes >= this.#bytesMax;
  }

  add(chunk: Uint8Array): void {
    this.#size += chunk.length;
    if (this.isFull) return;
    // A copy: the runtime may use the chunk's memory again, and a part would keep all of it.
    const part = chunk.slice(0, this.#bytesMax - this.#keptBytes);
    this.#chunks.push(part);
    this.#keptBytes += part.length;
  }

  take(isWhole: boolean): LoggedBody {
    return { type: this.#type, head: Buffer.concat(this.#chunks), size: isWhole ? this.#size : null };
  }
}

/** Reads the beginning of a copy; the rest is let go of. */
async function readHead(
  stream: ReadableStream<Uint8Array>,
  type: string,
  bytesMax: number,
): Promise<LoggedBody> {
  const head = new BodyHead(type, bytesMax);
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (value !== undefined) head.add(value);
    if (done) return head.take(true);
    // One byte more than is kept tells that it was cut.
    if (head.isFull) break;
  }
  await reader.cancel();
  return head.take(false);
}
