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

/** A body that has not been received completely. */
interface Pending {
  readonly rules: BodyRules;
  /** When the request came in, in monotonic milliseconds. */
  readonly sinceMs: number;
  end(body: ReceivedBody | null, error: ExecError | null): void;
}

class PendingBody<T> implements Pending {
  readonly rules: BodyRules;
  readonly sinceMs: number;
  private _take: TakeBody<T> | null;
  private _resolve: (result: T | PromiseLike<T>) => void;

  constructor(
    rules: BodyRules,
    sinceMs: number,
    take: TakeBody<T>,
    resolve: (result: T | PromiseLike<T>) => void,
  ) {
    this.rules = rules;
    this.sinceMs = sinceMs;
    this._take = take;
    this._resolve = resolve;
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
   * @param sinceMs When the request came in, in monotonic milliseconds.
   * @param take Is given the body, or `bodyTooLarge`, `bodyTimeout`, `clientGone`, `invalidBody` for one that does
   *   not parse, or what `rules.late` makes. Called once, and it must not throw.
   */
  receive<T>(request: Request, rules: BodyRules, sinceMs: number, take: TakeBody<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const { bytesMax } = this.#limits;
    const { headers } = request;
    const declared = headers.get("content-length");
    const pending = new PendingBody(rules, sinceMs, take, resolve);
    if (declared !== null && Number(declared) > bytesMax) {
      pending.end(null, tooLarge(bytesMax));
      return promise;
    }
    const type = headers.get("content-type") ?? "";
    this.#watch(pending);
    const fail = (error: unknown) => this.#end(pending, null, toReadError(error, type));
    if (!rules.keepsRaw && type === "application/json" && declared !== null && declared !== "0") {
      request.json().then((value) => this.#end(pending, { value }, null), fail);
      return promise;
    }
    const raw =
      declared === null
        ? readChunks(request, bytesMax)
        : request.arrayBuffer().then((all) => Buffer.from(all));
    raw.then((bytes) => parseBody(bytes, type)).then((body) => this.#end(pending, body, null), fail);
    return promise;
  }

  [Symbol.dispose](): void {
    if (this.#sweeper) clearInterval(this.#sweeper);
    this.#pending.clear();
  }

  #watch(pending: Pending): void {
    this.#pending.add(pending);
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS);
  }

  #end(pending: Pending, body: ReceivedBody | null, error: ExecError | null): void {
    this.#pending.delete(pending);
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
      if (limitMs === 0 || sinceMs + limitMs > now) continue;
      this.#end(pending, null, isScriptFirst ? late() : bodyTimeout(timeoutMs));
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
