import type { Clock } from "../base/clock.ts";
import { isError } from "../base/realm.ts";
import { toRecord } from "../base/record.ts";
import { ExecError } from "../errors/exec-error.ts";
import type { UploadedFile } from "./facade/request.ts";
import { parseMultipart } from "./multipart.ts";

/** A request's body as a script sees it. */
export interface ReceivedBody {
  readonly value: unknown;
  /** The bytes received; absent when the body was not parsed. */
  readonly raw?: Buffer;
  readonly files?: readonly UploadedFile[];
}

/** Limits of reading a body. */
export interface BodyLimits {
  /** Bytes. */
  readonly bytesMax: number;
  /** Milliseconds for the whole body; 0 for no limit. */
  readonly timeoutMs: number;
}

const utf8 = new TextDecoder();

/** How often pending bodies are looked at, in milliseconds. */
const SWEEP_MS = 100;

/** A body that has not been received completely. */
interface PendingBody {
  /** Monotonic milliseconds. */
  readonly deadlineMs: number;
  readonly expire: () => void;
}

/** What becomes of a body. */
export interface BodyOutcome<T> {
  readonly use: (body: ReceivedBody) => T | PromiseLike<T>;
  readonly refuse: (error: ExecError) => T | PromiseLike<T>;
}

/** Hands a body, or what was wrong with it, to whoever awaits it. */
export const AS_IT_IS: BodyOutcome<ReceivedBody> = {
  use: (body) => body,
  refuse: (error) => Promise.reject(error),
};

/** How one body is to be received. */
export interface BodyRequest {
  /** Whether the script may ask for the bytes; JSON is read faster without. */
  readonly keepsRaw: boolean;
  /** When the request came in, in monotonic milliseconds. */
  readonly sinceMs: number;
  /** The script's own time limit from then on, in milliseconds; 0 for none. */
  readonly scriptTimeoutMs: number;
  /** Makes the answer for when that is over first. */
  readonly late: () => ExecError;
}

/**
 * Reads and parses bodies by their content type (script-runtime.md §7); the bytes are kept as they were received, so
 * that a signature over them can be checked.
 */
export class BodyReader implements Disposable {
  readonly #clock: Clock;
  readonly #limits: BodyLimits;
  /** One sweep for all of them: a timer for each body costs a tenth of a small request. */
  readonly #pending = new Set<PendingBody>();
  #sweeper: Timer | null = null;

  constructor(clock: Clock, limits: BodyLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Receives the body of a request and hands it on.
   *
   * A declared length is checked before a byte is read, an undeclared one while reading. What becomes of the body is
   * given along, because a promise in between costs 2 % of a small request.
   *
   * @param outcome.use Is given the body.
   * @param outcome.refuse Is given `bodyTooLarge`, `bodyTimeout`, `clientGone`, `invalidBody` for one that does not
   *   parse, or what `late` makes.
   */
  receive<T>(request: Request, wanted: BodyRequest, { use, refuse }: BodyOutcome<T>): Promise<T> {
    return new Promise<T>((resolve) => {
      const { bytesMax } = this.#limits;
      const { headers } = request;
      const declared = headers.get("content-length");
      if (declared !== null && Number(declared) > bytesMax) return resolve(refuse(tooLarge(bytesMax)));
      const type = headers.get("content-type") ?? "";
      const pending = this.#watch(wanted, (error) => resolve(refuse(error)));
      const settle = (body: ReceivedBody) => {
        this.#pending.delete(pending);
        resolve(use(body));
      };
      const fail = (error: unknown) => {
        this.#pending.delete(pending);
        resolve(refuse(toReadError(error, type)));
      };
      if (!wanted.keepsRaw && type === "application/json" && declared !== null && declared !== "0") {
        request.json().then((value) => settle({ value }), fail);
        return;
      }
      const raw =
        declared === null
          ? readChunks(request, bytesMax)
          : request.arrayBuffer().then((all) => Buffer.from(all));
      raw.then((bytes) => parseBody(bytes, type)).then(settle, fail);
    });
  }

  [Symbol.dispose](): void {
    if (this.#sweeper) clearInterval(this.#sweeper);
    this.#pending.clear();
  }

  /** Whichever limit is over first ends the wait: the body's or the script's. */
  #watch({ sinceMs, scriptTimeoutMs, late }: BodyRequest, reject: (error: ExecError) => void): PendingBody {
    const { timeoutMs } = this.#limits;
    const isScriptFirst = scriptTimeoutMs > 0 && (timeoutMs === 0 || scriptTimeoutMs < timeoutMs);
    const limitMs = isScriptFirst ? scriptTimeoutMs : timeoutMs;
    const pending = {
      deadlineMs: limitMs > 0 ? sinceMs + limitMs : Number.POSITIVE_INFINITY,
      expire: () => reject(isScriptFirst ? late() : bodyTimeout(timeoutMs)),
    };
    this.#pending.add(pending);
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS);
    return pending;
  }

  #sweep(): void {
    const now = this.#clock.monotonicMs();
    for (const pending of this.#pending) {
      if (pending.deadlineMs > now) continue;
      this.#pending.delete(pending);
      pending.expire();
    }
    if (this.#pending.size > 0 || this.#sweeper === null) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }
}

/** What was wrong: our own refusal, a text that does not parse, or a connection that broke, which is nobody's mistake. */
function toReadError(error: unknown, contentType: string): ExecError {
  if (error instanceof ExecError) return error;
  const isGone = isError(error) && (error.name === "AbortError" || "code" in error);
  if (isGone) return new ExecError("clientGone", undefined, { cause: error });
  return new ExecError("invalidBody", undefined, { extra: { contentType }, cause: error });
}

function bodyTimeout(timeoutMs: number): ExecError {
  return new ExecError("bodyTimeout", undefined, { extra: { timeoutMs }, headers: { connection: "close" } });
}

function parseBody(raw: Buffer, type: string): ReceivedBody {
  const essence = (type.split(";")[0] ?? "").trim().toLowerCase();
  if (essence === "application/json" || essence.endsWith("+json")) {
    return { value: raw.length === 0 ? {} : JSON.parse(utf8.decode(raw)), raw };
  }
  if (essence === "application/x-www-form-urlencoded") {
    return { value: toRecord(new URLSearchParams(utf8.decode(raw))), raw };
  }
  if (essence === "multipart/form-data") {
    const { fields, files } = parseMultipart(raw, type);
    return { value: toRecord(fields), raw, files };
  }
  if (essence.startsWith("text/")) return { value: utf8.decode(raw), raw };
  return { value: raw, raw };
}

async function readChunks(request: Request, bytesMax: number): Promise<Buffer> {
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(maxBytes: number): ExecError {
  return new ExecError("bodyTooLarge", undefined, { extra: { maxBytes }, headers: { connection: "close" } });
}
