import { endWithParent } from "./libc.ts";
import { CELL, createPage, LOOP_CELL, type ServerPage } from "./page.ts";
import type { HandOver, Replacement, RestartRequest, ServerFacts, ToParent, ToServer } from "./protocol.ts";
import type { Restarts } from "./restarts.ts";
import { OwnTicks } from "./ticks.ts";

/** The argument by which a parent says that it is one, and what a server starts with. */
const HANDED_OVER = "--handed-over=";
/** How often the heartbeat is written, in milliseconds. */
const BEAT_MS = 100;
/** Beats after which a parent that ticks would have ticked; it takes its time for the server's first answer. */
const TICKLESS_BEATS = 20;
/** What an answer has to reach its client before the process ends without draining, in milliseconds. */
const ANSWER_MS = 100;

/** What a parent asks of its server. */
export interface ParentWishes {
  /** Drain and end: for good, or because another server has taken over. */
  stop(wish: { readonly drainTimeoutMs: number | null; readonly isReplaced: boolean }): void;
  /** The parent is gone. */
  orphaned(): void;
}

/** The server's end of the line to its parent. */
export class ParentLink implements Restarts, Disposable {
  /** null in the first server. */
  readonly handOver: HandOver | null;
  readonly #page: ServerPage;
  readonly #pid = process.ppid;
  readonly #owner = Promise.withResolvers<void>();
  #heart: Timer | null = null;
  /** Where the parent cannot see the page. */
  #ticks: OwnTicks | null = null;

  private constructor(handOver: HandOver | null) {
    this.handOver = handOver;
    this.#page = createPage();
    if (handOver?.isBeside !== true) this.#owner.resolve();
  }

  /**
   * @param argv Arguments of this process; a parent adds one before those of the program.
   * @returns Null without a parent, and the program's own arguments.
   */
  static open(argv: readonly string[]): {
    readonly parent: ParentLink | null;
    readonly own: readonly string[];
  } {
    const [first, ...own] = argv;
    if (!first?.startsWith(HANDED_OVER)) return { parent: null, own: argv };
    return { parent: new ParentLink(JSON.parse(first.slice(HANDED_OVER.length))), own };
  }

  /** The memory shared with the parent. */
  get page(): ServerPage {
    return this.#page;
  }

  /** Settles when no other server is left that does the work which only one may do: schedules, rotation, jobs. */
  get owner(): Promise<void> {
    return this.#owner.promise;
  }

  get isSuccessor(): boolean {
    return this.handOver !== null;
  }

  get lastReplacement(): Replacement | null {
    return this.handOver?.lastReplacement ?? null;
  }

  /** Hears the parent from now on. */
  listen(wishes: ParentWishes): void {
    process.on("disconnect", () => wishes.orphaned());
    process.on("message", (message: ToServer) => {
      switch (message.kind) {
        case "stop":
          return wishes.stop({ drainTimeoutMs: null, isReplaced: false });
        case "leave":
          return wishes.stop({ drainTimeoutMs: message.drainTimeoutMs, isReplaced: true });
        case "owner":
          return this.#owner.resolve();
        default:
          message satisfies never;
      }
    });
    if (!process.connected) wishes.orphaned();
  }

  /** Tells that the server listens; from then on its heart beats. */
  ready(facts: Omit<ServerFacts, "page">): void {
    const { buffer, byteOffset } = this.#page.bytes;
    const cells = new Int32Array(buffer, byteOffset);
    this.#heart = setInterval(() => {
      const beats = (cells[CELL.beats] ?? 0) + 1;
      cells[CELL.beats] = beats;
      const isTickless = beats === TICKLESS_BEATS && cells[CELL.loops + LOOP_CELL.tick] === 0;
      if (isTickless) this.#ticks = new OwnTicks(this.#page);
    }, BEAT_MS);
    this.#tell({ kind: "ready", page: this.#page.path, ...facts });
    // It takes 0.6 ms, in which whoever reads the printed address is still on the way.
    setImmediate(() => endWithParent(this.#pid));
  }

  /** Tells that there is something to do again, for a parent that has stopped ticking. */
  awake(): void {
    this.#tell({ kind: "awake" });
  }

  /** Asks to be replaced. */
  restart(request: RestartRequest): void {
    const tell = () => this.#tell({ kind: "restart", ...request });
    if (request.graceful) tell();
    else setTimeout(tell, ANSWER_MS);
  }

  [Symbol.dispose](): void {
    if (this.#heart !== null) clearInterval(this.#heart);
    this.#ticks?.[Symbol.dispose]();
  }

  #tell(message: ToParent): void {
    process.send?.(message);
  }
}
