import type { LoadedScript } from "../script-unit.ts";
import type { Message } from "./message.ts";
import type { SocketRun } from "./run.ts";
import type { SocketSession } from "./session.ts";
import type { ScriptSocket } from "./socket.ts";

/** The deployment of a hub: open sockets keep it from being let go of. */
export interface SocketOwner {
  /** An empty Set of its own realm, since scripts reach the prototype of what they hold. */
  createSet(): Set<ScriptSocket>;
  begin(): void;
  end(): void;
}

/** The server's own methods: a script may have replaced those of its realm. */
const { add: addTo, delete: deleteFrom } = Set.prototype;

/** All sockets of one script and route value. */
export class SocketHub {
  readonly file: string;
  /** What scripts see as `ws.connections`. */
  readonly connections: Set<ScriptSocket>;
  /** Serves new sockets while its version is the current one; null before the first, and after its set-up failed. */
  current: SocketRun | null = null;
  /** Scripts can change `connections`, so what is sent to is kept apart. */
  readonly #sessions = new Set<SocketSession>();
  readonly #deployment: SocketOwner;
  readonly #isKept: boolean;
  readonly #drop: () => void;
  #entering = 0;

  /**
   * @param options.isKept Whether the hub outlives its last socket: one for each script, while those of dynamic routes
   *   are as many as callers invent.
   * @param options.drop Called when nobody needs the hub any more.
   */
  constructor(options: {
    readonly file: string;
    readonly deployment: SocketOwner;
    readonly isKept: boolean;
    readonly drop: () => void;
  }) {
    this.file = options.file;
    this.#deployment = options.deployment;
    this.connections = options.deployment.createSet();
    this.#isKept = options.isKept;
    this.#drop = options.drop;
  }

  /** Tells that a handshake is under way; {@link leaveHandshake} must follow. */
  enterHandshake(): void {
    this.#entering++;
  }

  leaveHandshake(): void {
    this.#entering--;
    this.release();
  }

  /**
   * The run of a version of the script, which is started when there is none; all first sockets wait for one set-up.
   *
   * @throws What the set-up throws; the next socket tries again.
   */
  async runOf(loaded: LoadedScript, start: () => SocketRun): Promise<SocketRun> {
    const known = this.current;
    if (known !== null && known.loaded === loaded) {
      await known.ready;
      return known;
    }
    const run = start();
    this.current = run;
    try {
      await run.ready;
    } catch (thrown) {
      run.end();
      // The version before still serves its sockets, and plain requests find them through it.
      if (this.current === run) this.current = known?.isOver === false ? known : null;
      throw thrown;
    } finally {
      // The version before is over as soon as its last socket is.
      known?.release();
    }
    return run;
  }

  add(session: SocketSession): void {
    this.#sessions.add(session);
    addTo.call(this.connections, session.socket);
    this.#deployment.begin();
  }

  delete(session: SocketSession): void {
    this.#sessions.delete(session);
    deleteFrom.call(this.connections, session.socket);
  }

  /** Tells that the last word of a socket has been said. */
  leave(): void {
    this.#deployment.end();
    this.release();
  }

  /** @returns Sockets that took the message. */
  broadcast(message: Message, except: unknown): number {
    let reached = 0;
    for (const session of this.#sessions) {
      if (session.socket !== except && session.sendMessage(message) !== 0) reached++;
    }
    return reached;
  }

  /** Drops the hub of a dynamic route once nobody is in it. */
  release(): void {
    if (this.#isKept || this.#sessions.size > 0 || this.#entering > 0) return;
    this.end();
  }

  /** Closes all sockets and drops the hub. */
  close(code: number, reason: string): void {
    for (const session of [...this.#sessions]) session.close(code, reason);
    this.end();
  }

  /** Lets go of the hub: the next socket finds another. */
  end(): void {
    this.#drop();
    this.current?.end();
  }
}
