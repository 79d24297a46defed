import { statSync } from "node:fs";
import { isBytes, isObject } from "../../base/realm.ts";
import { ChunkStream, KEPT_UP_BYTES, type StreamEnds, type WriteLimit } from "../chunk-stream.ts";
import { closeClass } from "../harden.ts";
import { typeOfText } from "../html-text.ts";
import { JSON_TYPE, type Stringify, serialise } from "../json.ts";
import { isBodiless, parseStatus } from "../status.ts";
import { encodeChunk, openByteStream, type Streaming, type StreamSource } from "../streams.ts";
import { joinChunks, wholeResponse } from "../whole-body.ts";
import { type CookieOptions, toCookie } from "./cookie.ts";
import { toInit } from "./response-init.ts";
import { type ResponseState, sentError, typeOfWaiting } from "./response-state.ts";
import { showAs } from "./shown.ts";

const TEXT_TYPE = "text/plain; charset=utf-8";
const OPEN: ResponseState = { kind: "open" };

/** `res` of a script: Express's methods over one Web `Response` (script-runtime.md §5). */
export class ScriptResponse {
  /** 0 until the script sets one. */
  private _status: number;
  private _headers: Headers | null;
  private _state: ResponseState;
  /** Called once, as soon as the answer has begun. */
  private _onBegin: (() => void) | null;
  /** Content type that follows from the body, unless the script set one. */
  private _type: string | null;
  private _stringify: Stringify | null;
  private _writeLimit: WriteLimit;

  /** @param stringify The serialiser of the script's context; null for the server's own. */
  constructor(stringify: Stringify | null, writeLimit: WriteLimit) {
    this._writeLimit = writeLimit;
    this._status = 0;
    this._headers = null;
    this._type = null;
    this._stringify = stringify;
    this._state = OPEN;
    this._onBegin = null;
  }

  get statusCode(): number {
    return this._status || 200;
  }

  set statusCode(code: number) {
    this._status = parseStatus(code);
  }

  get headersSent(): boolean {
    return this._state.kind !== "open";
  }

  get writableEnded(): boolean {
    return this._state.kind === "ended" || this._state.kind === "streaming";
  }

  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  setHeader(name: string, value: unknown): this {
    const headers = this._openHeaders();
    headers.delete(name);
    for (const each of Array.isArray(value) ? value : [value]) headers.append(name, String(each));
    return this;
  }

  getHeader(name: string): string | undefined {
    const implied = /^content-type$/i.test(name) ? this._bodyType : null;
    return this._headers?.get(name) ?? implied ?? undefined;
  }

  getHeaders(): Record<string, string> {
    return (this._headers?.toJSON() ?? {}) as Record<string, string>;
  }

  hasHeader(name: string): boolean {
    return this._headers?.has(name) ?? false;
  }

  removeHeader(name: string): this {
    this._openHeaders().delete(name);
    return this;
  }

  append(name: string, value: unknown): this {
    for (const each of Array.isArray(value) ? value : [value]) this._openHeaders().append(name, String(each));
    return this;
  }

  set(name: string | Record<string, unknown>, value?: unknown): this {
    if (typeof name === "string") return this.setHeader(name, value);
    for (const [each, text] of Object.entries(name)) this.setHeader(each, text);
    return this;
  }

  header(name: string | Record<string, unknown>, value?: unknown): this {
    return this.set(name, value);
  }

  get(name: string): string | undefined {
    return this.getHeader(name);
  }

  type(type: string): this {
    const full = type.includes("/") ? type : Bun.file(`x.${type.replace(/^\./, "")}`).type;
    return this.setHeader("content-type", full);
  }

  writeHead(status: number, reasonOrHeaders?: unknown, headers?: Record<string, unknown>): this {
    this.statusCode = status;
    const given = isObject(reasonOrHeaders) ? (reasonOrHeaders as Record<string, unknown>) : headers;
    return given ? this.set(given) : this;
  }

  json(value: unknown): this {
    return this._finish(serialise(value, this._stringify), JSON_TYPE);
  }

  send(value?: unknown): this {
    if (value === undefined || value === null) return this._finish(null, null);
    if (typeof value === "string") return this._finish(value, typeOfText(value));
    if (isBytes(value)) return this._finish(value as Bun.BodyInit, "application/octet-stream");
    if (value instanceof Blob) return this._finish(value, value.type || "application/octet-stream");
    if (typeof value === "object") return this.json(value);
    return this._finish(String(value), TEXT_TYPE);
  }

  text(value: unknown): this {
    return this._finish(String(value), TEXT_TYPE);
  }

  html(value: unknown): this {
    return this._finish(String(value), "text/html; charset=utf-8");
  }

  sendStatus(code: number): this {
    return this.status(code).text(String(code));
  }

  redirect(statusOrUrl: number | string, url?: string): this {
    const [status, target] = typeof statusOrUrl === "number" ? [statusOrUrl, url ?? "/"] : [302, statusOrUrl];
    return this.setHeader("location", target).status(status)._finish(null, null);
  }

  /**
   * Answers with a file, or 404 when it is absent: nothing can be said any more once its stream has begun.
   *
   * @param path Absolute, or relative to the working directory of the server.
   */
  sendFile(path: string): this {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return this.status(404).text("Not Found");
    const file = Bun.file(path);
    return this._finish(file, file.type || "application/octet-stream");
  }

  cookie(name: string, value: unknown, options: CookieOptions = {}): this {
    return this.append("set-cookie", toCookie(name, value, options));
  }

  clearCookie(name: string, options: CookieOptions = {}): this {
    return this.cookie(name, "", { ...options, expires: new Date(0) });
  }

  /**
   * Sends a chunk; chunks written before the script gives up its turn are sent as one body.
   *
   * @returns Whether the client keeps up.
   * @throws {Error} when more than `--write-buffer-max` would wait for it.
   */
  write(chunk: unknown): boolean {
    if (this._state.kind === "ended" || this._state.kind === "streaming") throw sentError("write");
    const bytes = encodeChunk(chunk);
    if (this._state.kind === "open") {
      this._state = { kind: "writing", chunks: [], isText: false, waitingBytes: 0, sink: null };
      queueMicrotask(() => this._begin());
    }
    const state = this._state;
    if (state.sink) return state.sink.write(bytes);
    if (state.waitingBytes === 0) state.isText = typeof chunk === "string" && chunk !== "";
    this._writeLimit.check(state.waitingBytes, bytes.byteLength);
    state.waitingBytes += bytes.byteLength;
    state.chunks.push(bytes);
    return state.waitingBytes < KEPT_UP_BYTES;
  }

  end(chunk?: unknown): this {
    if (this._state.kind === "open" && typeof chunk === "string")
      return chunk === "" ? this._finish(null, null) : this._finish(chunk, typeOfText(chunk));
    if (this._state.kind === "open")
      return this._finish(chunk === undefined ? null : (encodeChunk(chunk) as Bun.BodyInit), null);
    if (this._state.kind === "ended" || this._state.kind === "streaming") return this;
    if (chunk !== undefined) this.write(chunk);
    const { sink, chunks } = this._state;
    this._type = this._bodyType;
    this._state = { kind: "ended", body: sink ? null : joinChunks(chunks) };
    if (sink) sink.end();
    else this._begin();
    return this;
  }

  /** Streams an iterable, a reader or an object with `textStream`. */
  stream(source: StreamSource): this {
    this._end({ kind: "streaming", source }, TEXT_TYPE);
    return this;
  }

  /** Tells the server's side when the answer has begun; at once when it already has. */
  _whenBegun(begin: () => void): void {
    if (this._state.kind === "open") this._onBegin = begin;
    else begin();
  }

  /** Whether the script decided about the status. */
  get _isStatusSet(): boolean {
    return this._status !== 0;
  }

  /** Whether the body is sent bit by bit. */
  get _isStream(): boolean {
    const { kind } = this._state;
    return kind === "writing" || kind === "streaming";
  }

  /** Headers the script set so far; null for none. */
  get _setHeaders(): Headers | null {
    return this._headers;
  }

  /** The answer as far as it is decided; for a stream, what follows is written into its body. */
  _toResponse(streaming: Streaming): Response | Promise<Response> {
    const state = this._state;
    if (state.kind === "streaming") {
      return openByteStream(state.source, streaming.begin()).then(
        ({ body }) => new Response(body, this._init()),
      );
    }
    if (state.kind === "writing") {
      return new Response(this._openStream(state, streaming.begin()), this._init());
    }
    const body = state.kind === "ended" && !isBodiless(this.statusCode) ? state.body : null;
    const init = this._init();
    const isWhole = body === null || this._type === JSON_TYPE;
    return isWhole ? new Response(body, init) : wholeResponse(body, init, streaming);
  }

  private _init(): ResponseInit {
    return toInit(this.statusCode, this._headers, this._bodyType);
  }

  /** The Content-Type that follows from the body; null for none. */
  private get _bodyType(): string | null {
    return isBodiless(this.statusCode) ? null : (typeOfWaiting(this._state) ?? this._type);
  }

  /** Breaks off an answer that has begun: nobody must take what has come of it for all of it. */
  _breakOff(): void {
    if (this._state.kind !== "writing") return;
    const { sink } = this._state;
    this._state = { kind: "ended", body: null };
    sink?.fail();
  }

  private _openStream(state: ResponseState & { kind: "writing" }, reading: StreamEnds): ReadableStream {
    this._type = this._bodyType;
    state.sink = new ChunkStream(state.chunks.splice(0), this._writeLimit, reading);
    return state.sink.readable;
  }

  private _finish(body: Bun.BodyInit | null, type: string | null): this {
    this._end({ kind: "ended", body }, type);
    return this;
  }

  private _end(state: ResponseState, type: string | null): void {
    if (this._state.kind !== "open") throw sentError("send the answer again");
    this._type = type;
    this._state = state;
    this._begin();
  }

  private _begin(): void {
    const begin = this._onBegin;
    this._onBegin = null;
    begin?.();
  }

  private _openHeaders(): Headers {
    if (this._state.kind !== "open") throw sentError("set headers");
    this._headers ??= new Headers();
    return this._headers;
  }
}

showAs(ScriptResponse, (res) => ({ statusCode: res.statusCode, headers: res.getHeaders() }));

/** The class is shared by all scripts: nothing may be hung on it, nor may it lead to the server's realm. */
closeClass(ScriptResponse);
