import { closeClass } from "../harden.ts";
import type { SocketSession } from "./session.ts";

/** Facts about a connection, and whatever a script keeps with it. */
export interface SocketData {
  query: Record<string, string>;
  /** Of the handshake; lower-case names. */
  headers: Record<string, string>;
  ip: string;
  /** Route parameters. */
  params: Record<string, string | string[]>;
  [name: string]: unknown;
}

/** One connection, as a script's handlers see it (script-runtime.md §11). */
export class ScriptSocket {
  readonly #session: SocketSession;
  /** `sock_` and 26 characters. */
  readonly id: string;
  /** Subprotocol that was agreed on; "" for none. */
  readonly protocol: string;
  data: SocketData;

  constructor(session: SocketSession, facts: { id: string; protocol: string; data: SocketData }) {
    this.#session = session;
    this.id = facts.id;
    this.protocol = facts.protocol;
    this.data = facts.data;
  }

  /** As in browsers: 0 while the handshake is under way, 1 open, 2 closing, 3 closed. */
  get readyState(): number {
    return this.#session.readyState;
  }

  /** Bytes that wait for the client to take them. */
  get bufferedAmount(): number {
    return this.#session.bufferedAmount;
  }

  /**
   * Sends text, bytes, or an object or array as JSON text.
   *
   * @returns Bytes sent; -1 when they wait because the client is slow; 0 when the socket is closed, or cut off because
   *   too much waits.
   * @throws {TypeError} for what no message can hold.
   */
  send(data: unknown): number {
    return this.#session.send(data);
  }

  /**
   * Ends the connection with a close frame; once it is closed, nothing happens.
   *
   * @param code 1000 when left out.
   * @param reason Cut to the 123 bytes that a close frame holds.
   * @throws {RangeError} for a code that must not be sent.
   */
  close(code?: number, reason?: string): void {
    this.#session.close(code, reason);
  }

  /** Drops the connection without a close frame. */
  terminate(): void {
    this.#session.terminate();
  }

  /** @throws {RangeError} for more than 125 bytes. */
  ping(data?: unknown): number {
    return this.#session.ping(data);
  }
}

/** The class is shared by all scripts: nothing may be hung on it, nor may it lead to the server's realm. */
closeClass(ScriptSocket);
