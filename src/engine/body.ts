import type { Clock } from "../base/clock.ts";
import { isError } from "../base/realm.ts";
import { toRecord } from "../base/record.ts";
import { ExecError } from "../errors/exec-error.ts";
import type { RequestServer } from "./execution.ts";
import type { UploadedFile } from "./facade/request.ts";
import { keepOpen, mayIdle } from "./idle.ts";
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
  /** Bytes of all bodies that are on their way, those of {@link UNCOUNTED_BYTES} aside. */
  readonly totalBytesMax: number;
}

/** Bodies that declare to be no longer are read in one go by the runtime; only connections bound their number. */
const UNCOUNTED_BYTES = 64 * 1024;

const utf8 = new TextDecoder();

/** How often pending bodies are looked at, in milliseconds. */
const SWEEP_MS = 100;

/** Is given a body, or else what was wrong with it; what it returns becomes the result of the whole. */
export type TakeBody<T> = (body: ReceivedBody | null, error: ExecError | null) => T | PromiseLike<T>;

/** How the bodies of one script are to be received. */
export interface BodyRules {
  /** Whether the script may ask for the bytes; JSON is read faster without. */
  readonly keepsRaw: boolean;
  /** The script's own time limit since its request came in, in milliseconds; 0 for none. */
  readonly scriptTimeoutMs: number;
  /** Makes the answer for when that is over first. */
  readonly late: () => ExecError;
}

/** A body that has not been received completely, whatever becomes of it. */
type Pending = Pick<PendingBody<unknown>, keyof PendingBody<unknown>>;

class PendingBody<T> {
  readonly rules: BodyRules;
  readonly sinceMs: number;
  readonly request: Request;
  readonly server: RequestServer;
  isKeptOpen: boolean;
  private _take: TakeBody<T> | null;
  private _resolve: (result: T | PromiseLike<T>) => void;

  constructor(
    request: Request,
    server: RequestServer,
    rules: BodyRules,
    sinceMs: number,
    take: TakeBody<T>,
    resolve: (result: T | PromiseLike<T>) => void,
  ) {
    this.request = request;
    this.server = server;
    this.rules = rules;
    this.sinceMs = sinceMs;
    this.isKeptOpen = false;
    this._take = take;
    this._resolve = resolve;
  }

  get isOver(): boolean {
    return this._take === null;
  }

  /** Hands the body on; what comes after the first end is nobody's. */
  end(body: ReceivedBody | null, error: ExecError | null): void {
    const take = this._take;
    if (take === null) return;
    this._take = null;
    this._resolve(take(body, error));
  }
}

/**
 * Reads and parses bodies by their content type (script-runtime.md §7); the bytes are kept as they were received, so
 * that a signature over them can be checked.
 */
export class BodyReader implements Disposable {
  readonly #clock: Clock;
  readonly #limits: BodyLimits;
  /** One sweep for all of them: a timer for each body costs a tenth of a small request. */
  readonly #pending = new Set<Pending>();
  #sweeper: Timer | null = null;
  #heldBytes = 0;
  #refused = 0;
  #tooLarge = 0;

  constructor(clock: Clock, limits: BodyLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Bytes of bodies that are on their way. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Bodies refused because they were larger than one may be. */
  get tooLarge(): number {
    return this.#tooLarge;
  }

  /** Bodies refused because too many bytes were on their way. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Receives the body of a request and hands it on.
   *
   * A declared length is checked before a byte is read, an undeclared one while reading. What becomes of the body is
   * given along, because a promise in between costs 2 % of a small request.
   *
   * @param sinceMs When the request came in, in monotonic milliseconds.
   * @param take Is given the body, or `bodyTooLarge`, `bodiesFull`, `bodyTimeout`, `clientGone`, `invalidBody` for one that does
   *   not parse, or what `rules.late` makes. Called once, and it must not throw.
   */
  receive<T>(
    request: Request,
    server: RequestServer,
    rules: BodyRules,
    sinceMs: number,
    take: TakeBody<T>,
  ): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const { bytesMax } = this.#limits;
    const { headers } = request;
    const declared = headers.get("content-length");
    const pending = new PendingBody(request, server, rules, sinceMs, take, resolve);
    const length = declared === null ? Number.POSITIVE_INFINITY : Number(declared);
    if (declared !== null && length > bytesMax) {
      pending.end(null, this.#refuseSize());
      return promise;
    }
    const type = headers.get("content-type") ?? "";
    this.#watch(pending);
    const fail = (error: unknown) => this.#end(pending, null, toReadError(error, type));
    const isSmall = length <= UNCOUNTED_BYTES;
    if (isSmall && !rules.keepsRaw && type === "application/json" && declared !== "0") {
      request.json().then((value) => this.#end(pending, { value }, null), fail);
      return promise;
    }
    const raw = isSmall
      ? request.arrayBuffer().then((all) => Buffer.from(all))
      : this.#readCounted(request, pending);
    raw.then((bytes) => parseBody(bytes, type)).then((body) => this.#end(pending, body, null), fail);
    return promise;
  }

  [Symbol.dispose](): void {
    if (this.#sweeper) clearInterval(this.#sweeper);
    this.#pending.clear();
  }

  #refuseSize(): ExecError {
    this.#tooLarge++;
    return tooLarge(this.#limits.bytesMax);
  }

  #watch(pending: Pending): void {
    this.#pending.add(pending);
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS);
  }

  #end(pending: Pending, body: ReceivedBody | null, error: ExecError | null): void {
    this.#pending.delete(pending);
    if (pending.isKeptOpen) mayIdle(pending.request, pending.server);
    pending.end(body, error);
  }

  /** Whichever limit is over first ends the wait: the body's or the script's. */
  #sweep(): void {
    const now = this.#clock.monotonicMs();
    const { timeoutMs } = this.#limits;
    for (const pending of this.#pending) {
      const { sinceMs, rules } = pending;
      const { scriptTimeoutMs, late } = rules;
      const isScriptFirst = scriptTimeoutMs > 0 && (timeoutMs === 0 || scriptTimeoutMs < timeoutMs);
      const limitMs = isScriptFirst ? scriptTimeoutMs : timeoutMs;
      if (limitMs === 0 || sinceMs + limitMs > now) {
        if (!pending.isKeptOpen) keepOpen(pending.request, pending.server);
        pending.isKeptOpen = true;
        continue;
      }
      this.#end(pending, null, isScriptFirst ? late() : bodyTimeout(timeoutMs));
    }
    if (this.#pending.size > 0 || this.#sweeper === null) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }

  /** Reads a body bit by bit, so that it counts from its first byte; it ends with its connection or its time. */
  async #readCounted(request: Request, pending: Pending): Promise<Buffer> {
    if (request.body === null) return Buffer.alloc(0);
    const { bytesMax, totalBytesMax } = this.#limits;
    const chunks: Uint8Array[] = [];
    let heldBytes = 0;
    try {
      for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
        // Nobody waits for it any more: what is left is not worth the memory.
        if (pending.isOver) break;
        heldBytes += chunk.length;
        this.#heldBytes += chunk.length;
        if (heldBytes > bytesMax) throw this.#refuseSize();
        if (this.#heldBytes > totalBytesMax) {
          this.#refused++;
          throw bodiesFull(totalBytesMax);
        }
        chunks.push(chunk);
      }
      return Buffer.concat(chunks, heldBytes);
    } finally {
      this.#heldBytes -= heldBytes;
    }
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

function bodiesFull(totalBytesMax: number): ExecError {
  return new ExecError(
    "bodiesFull",
    `${totalBytesMax} bytes of request bodies are on their way, the limit of --bodies-max`,
    { headers: { connection: "close", "retry-after": "1" } },
  );
}

function tooLarge(maxBytes: number): ExecError {
  return new ExecError("bodyTooLarge", undefined, { extra: { maxBytes }, headers: { connection: "close" } });
}
