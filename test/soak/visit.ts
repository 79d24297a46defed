import type { ServerProcess } from "../support/process.ts";
import { RawSocket } from "../support/raw-socket.ts";
import { slowConnection } from "../support/slow-connection.ts";
import { until } from "../support/until.ts";
import { count, type Tally } from "./tally.ts";

/** One kind of client: does one thing, again and again, and says what was not as it should be. */
export interface SoakClient {
  readonly name: string;
  /** How many of them there are. */
  readonly count: number;
  /** Pause between two turns, in milliseconds. */
  readonly everyMs: number;
  /** One turn, the n-th. @throws {Error} when an answer is wrong. */
  turn(visit: SoakVisit, n: number): Promise<void>;
}

/** A request, and what is to come back. */
export interface Asked extends RequestInit {
  /** 200 when left out; another one of 400 and more is an error that was asked for. */
  readonly status?: number;
  /** Name under which such an error is counted; the path when left out. */
  readonly kind?: string;
}

/** What clients do to a server, counted. */
export class SoakVisit {
  readonly server: ServerProcess;
  readonly tally: Tally;

  constructor(server: ServerProcess, tally: Tally) {
    this.server = server;
    this.tally = tally;
  }

  /** Asks and reads the whole answer. @throws {Error} when the status is another one. */
  async ask(path: string, { status = 200, kind = path, ...init }: Asked = {}): Promise<string> {
    const response = await this.server.fetch(path, init);
    const text = await response.text();
    this.tally.requests++;
    if (response.status !== status) throw new Error(`${path}: ${response.status} ${text.slice(0, 200)}`);
    if (status >= 400) count(this.tally.expected, `${status} ${kind}`);
    return text;
  }

  /** Sends JSON to the control API, as by its path below `/api/v1/exec/`. */
  control(path: string, body: unknown, asked: Asked = {}): Promise<string> {
    return this.ask(`/api/v1/exec/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...asked,
    });
  }

  /** Asks until a text comes, as after a change on disk. @throws {Error} after 5 s. */
  async askUntil(path: string, isThere: (status: number, text: string) => boolean): Promise<void> {
    const look = async () => {
      const response = await this.server.fetch(path);
      this.tally.requests++;
      if (response.status >= 400) count(this.tally.expected, `${response.status} until a change is seen`);
      return { status: response.status, text: (await response.text()).slice(0, 200) };
    };
    await until(look, ({ status, text }) => isThere(status, text), { withinMs: 5_000, everyMs: 10 });
  }

  /** Opens a socket. @throws {Error} when it is refused. */
  async open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawSocket> {
    const socket = await RawSocket.open(this.server.url, path, { headers });
    if (socket.status !== 101) throw new Error(`${path}: ${socket.answer.slice(0, 200)}`);
    this.tally.sockets++;
    return socket;
  }

  /** The next message of a socket that is this one. @throws {Error} when another frame than text comes. */
  async hear(socket: RawSocket, text: string): Promise<void> {
    for (;;) {
      const heard = await socket.text();
      this.tally.messages++;
      if (heard === text) return;
    }
  }

  /** Sends some bytes, waits for some or for a while, and is gone. */
  async cut(kind: string, bytes: string, wait: { readonly forText: string } | { readonly ms: number }) {
    const connection = await slowConnection(this.server.url, bytes);
    if ("ms" in wait) await Bun.sleep(wait.ms);
    else
      await until(connection.received, (text) => text.includes(wait.forText), {
        withinMs: 5_000,
      });
    connection.socket.destroy();
    count(this.tally.cut, kind);
  }
}
