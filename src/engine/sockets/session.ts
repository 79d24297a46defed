import type { ServerWebSocket } from "bun";
import { isPromiseLike } from "../../base/realm.ts";
import type { ScriptMetrics } from "../../metrics/script-metrics.ts";
import { CELL } from "../../process/page.ts";
import type { HostGuard } from "../host-guard.ts";
import type { RunningMark } from "../running-mark.ts";
import type { HandlerName, SocketHandlers } from "./handlers.ts";
import {
  lengthOf,
  type Message,
  requireControlPayload,
  toCloseCode,
  toMessage,
  toReason,
} from "./message.ts";
import type { SocketRun } from "./run.ts";
import { ScriptSocket, type SocketData } from "./socket.ts";

/** The native side of a connection. */
export type RawSocket = ServerWebSocket<SocketPeer>;

/** What the server tells about one connection. */
export interface SocketPeer {
  opened(raw: RawSocket): void;
  received(data: string | Buffer): void;
  drained(): void;
  pinged(data: Buffer): void;
  ponged(data: Buffer): void;
  closed(code: number, reason: string): void;
}

/** What a session needs from the one who owns all of them. */
export interface SessionHost {
  /** Whether long messages are compressed for clients that can take them. */
  readonly compresses: boolean;
  /** Is told that a handler runs, as code of its script. */
  readonly mark: RunningMark;
  /** Is told of each handler that runs, because it may reach built-ins. */
  readonly hostGuard: HostGuard;
  /** Largest backlog in bytes, for the reason of a cut. */
  readonly backlogBytesMax: number;
  opened(session: SocketSession): void;
  closed(session: SocketSession, code: number): void;
  cutOff(): void;
  /** Is told what a handler threw and no `ws.error` took. */
  failed(session: SocketSession, thrown: unknown, handler: HandlerName): void;
}

/** What is known of a connection before it is open. */
export interface SessionFacts {
  readonly id: string;
  readonly protocol: string;
  readonly data: SocketData;
  /** `req` of the handshake. */
  readonly req: unknown;
  /** Monotonic milliseconds. */
  readonly startedMs: number;
  /** Where its script is recorded; null when nothing is. */
  readonly metrics: ScriptMetrics | null;
}

/** Shorter messages do not become smaller. */
const COMPRESSED_MIN = 1_024;

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** One connection: between the native socket and the handlers that were current when it was opened. */
export class SocketSession implements SocketPeer {
  readonly socket: ScriptSocket;
  readonly run: SocketRun;
  /** Monotonic milliseconds. */
  readonly startedMs: number;
  readonly metrics: ScriptMetrics | null;
  readonly #host: SessionHost;
  readonly #handlers: SocketHandlers;
  readonly #compresses: boolean;
  /** Cells of the running mark, and the script's place among them. */
  readonly #marked: Int32Array;
  readonly #place: number;
  readonly #req: unknown;
  #raw: RawSocket | null = null;
  /** Why it was cut off, if it was. */
  #cutReason: string | null = null;

  constructor(run: SocketRun, host: SessionHost, facts: SessionFacts) {
    this.run = run;
    this.#host = host;
    this.#handlers = run.handlers;
    this.#compresses = host.compresses;
    this.#marked = host.mark.cells;
    this.#place = run.loaded.place;
    this.#req = facts.req;
    this.startedMs = facts.startedMs;
    this.metrics = facts.metrics;
    this.socket = new ScriptSocket(this, facts);
  }

  opened(raw: RawSocket): void {
    this.#raw = raw;
    this.#host.opened(this);
    this.run.enter(this);
    this.#call("open", this.#req);
  }

  /** Messages are handed over as they come; nobody waits for the promise of the one before. */
  received(data: string | Buffer): void {
    const { message } = this.#handlers;
    if (message === null) return;
    this.#host.mark.step();
    this.#host.hostGuard.note();
    this.#marked[CELL.running] = this.#place;
    try {
      const result = message(this.socket, data);
      if (result !== undefined && isPromiseLike(result))
        result.then(undefined, (thrown) => this.#failed(thrown, "message"));
    } catch (thrown) {
      this.#failed(thrown, "message");
    } finally {
      this.#marked[CELL.running] = 0;
    }
  }

  drained(): void {
    this.#call("drain");
  }

  pinged(data: Buffer): void {
    this.#call("ping", data);
  }

  ponged(data: Buffer): void {
    this.#call("pong", data);
  }

  closed(code: number, reason: string): void {
    this.run.leave(this);
    this.#host.closed(this, code);
    this.#call("close", code, this.#cutReason ?? reason);
    // The handler may still tell the others, so the run ends after it.
    this.run.left();
  }

  get readyState(): number {
    return this.#raw === null ? CONNECTING : this.#raw.readyState;
  }

  get bufferedAmount(): number {
    return this.#raw?.getBufferedAmount() ?? 0;
  }

  send(data: unknown): number {
    return this.sendMessage(typeof data === "string" ? data : toMessage(data, this.run.stringify));
  }

  /** As {@link send}, for a message that is ready. */
  sendMessage(message: Message): number {
    const raw = this.#raw;
    if (raw === null || this.#cutReason !== null) return 0;
    const sent = this.#compresses
      ? raw.send(message, lengthOf(message) >= COMPRESSED_MIN)
      : raw.send(message);
    if (sent === 0 && raw.readyState === OPEN && lengthOf(message) > 0) this.#cutOff(raw);
    return sent;
  }

  close(code?: unknown, reason?: unknown): void {
    const checked = toCloseCode(code);
    if (this.readyState !== CLOSED) this.#raw?.close(checked, toReason(reason));
  }

  terminate(): void {
    if (this.readyState !== CLOSED) this.#raw?.terminate();
  }

  ping(data?: unknown): number {
    const message = data === undefined ? "" : toMessage(data, this.run.stringify);
    requireControlPayload(message);
    return this.#raw?.ping(message) ?? 0;
  }

  /** A client that has missed a message cannot know what it has missed, so it has to begin again. */
  #cutOff(raw: RawSocket): void {
    this.#cutReason = `More than ${this.#host.backlogBytesMax} bytes waited for the client, the limit of --socket-backlog-max`;
    this.#host.cutOff();
    // Not at once: its close handler would run in the middle of the handler that sends.
    queueMicrotask(() => raw.terminate());
  }

  #call(name: HandlerName, ...args: readonly unknown[]): void {
    const handler = this.#handlers[name];
    if (handler === null) return;
    this.#host.hostGuard.note();
    try {
      const result = this.#host.mark.around(this.#place, () => handler(this.socket, ...args));
      if (isPromiseLike(result)) result.then(undefined, (thrown) => this.#failed(thrown, name));
    } catch (thrown) {
      this.#failed(thrown, name);
    }
  }

  #failed(thrown: unknown, name: HandlerName): void {
    if (name === "error" || this.#handlers.error === null) this.#host.failed(this, thrown, name);
    else this.#call("error", thrown);
    // What `open` was to set up or to check is not there.
    if (name === "open") this.close(1011, "The open handler of the script failed");
  }
}
