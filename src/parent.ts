import { isatty } from "node:tty";
import { endDescendants } from "./base/descendants.ts";
import { TIMER_MAX_MS } from "./base/wait.ts";
import { blame } from "./process/blame.ts";
import type { Launchers } from "./process/launchers.ts";
import { ParentLog } from "./process/parent-log.ts";
import { NOTHING_SEEN } from "./process/parent-page.ts";
import type { Replacement, RestartRequest, ServerFacts } from "./process/protocol.ts";
import { RestartPolicy } from "./process/restart-policy.ts";
import { type Exit, ServerChild, type ServerObserver } from "./process/server-child.ts";
import { ServerWatch } from "./process/server-watch.ts";

/** How often the heartbeat of a server is looked at, in milliseconds. */
const LOOK_MS = 100;
/** Looks between two questions whether whoever started this process is still there. */
const LOOKS_PER_LAUNCHER_CHECK = 10;
/** Longest start of a server, in milliseconds; ten thousand scripts take 0.2 s. */
const START_MAX_MS = 60_000;
/** What a server has beyond its drain time to end, in milliseconds. */
const LAST_MS = 2_000;
/** A signal that comes again so soon was sent once: Ctrl-C reaches this process and `bun run`, which passes it on. */
const SAME_SIGNAL_MS = 50;
/** Drain time of a server that never said its own, in milliseconds. */
const DRAIN_UNKNOWN_MS = 5_000;

/**
 * Owns the server process: starts it, replaces it when it dies, stalls or is asked to, and ends it with itself
 * (running.md §5). It does nothing else, so that it does not crash, and loads nothing of the server.
 */
export class Parent implements ServerObserver {
  readonly #log = new ParentLog();
  readonly #policy = new RestartPolicy();
  readonly #launchers: Launchers;
  readonly #hadTerminal = hasTerminal();
  /** Has the port, or starts to have it; null while a start is waited for. */
  #current: ServerChild | null;
  /** Starts beside the current one, to take its place. */
  #next: ServerChild | null = null;
  /** Those that finish what they have begun, and when they are ended. */
  readonly #leaving = new Map<ServerChild, Timer>();
  #restart: RestartRequest | null = null;
  /** A restart that was wished for while another one was already past its start. */
  #restartAfter: RestartRequest | null = null;
  #startTimer: Timer | null = null;
  #port: number | null = null;
  #lastReplacement: Replacement | null = null;
  /** Servers that are ended because they stand still. */
  readonly #stalled = new WeakSet<ServerChild>();
  #stoppingSinceMs: number | null = null;
  #exitCode = 0;
  #looks = 0;

  /** @param first The first server, on its way already. */
  constructor(first: ServerChild, launchers: Launchers) {
    this.#current = first;
    this.#launchers = launchers;
  }

  /**
   * Runs until a signal ends the program, and then the process.
   *
   * @param signals Those that came before there was a parent.
   */
  run(signals: readonly NodeJS.Signals[]): void {
    this.#current?.observe(this);
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => this.#stop(signal));
    process.on("SIGHUP", () => this.#hangUp());
    process.on("uncaughtException", (error) => {
      this.#log.error({ error: String(error?.stack ?? error) }, "The parent of the server failed");
    });
    setInterval(() => this.#look(), LOOK_MS);
    for (const signal of signals) process.emit(signal, signal);
  }

  ready(server: ServerChild, facts: ServerFacts): void {
    this.#log.setLevel(facts.logLevel);
    if (this.#port !== null) this.#log.info({ pid: server.pid }, "A new server process listens");
    this.#port = facts.port;
    server.watch = new ServerWatch(server.pid, server.page, facts);
    if (server.watch.isBlind) this.#log.warn({}, "The server shares no memory: a stall will not be noticed");
    if (server === this.#next) this.#takeOver(server);
  }

  restartWished(server: ServerChild, request: RestartRequest): void {
    // One that leaves already has no say in who comes after it.
    if (server === this.#current) this.#replace(request);
  }

  ended(server: ServerChild, exit: Exit): void {
    using watch = server.watch;
    const killing = this.#leaving.get(server);
    if (killing !== undefined) {
      clearTimeout(killing);
      this.#leaving.delete(server);
    }
    if (this.#stoppingSinceMs !== null) {
      if (server === this.#current && exit.code !== null) this.#exitCode ||= exit.code;
      return this.#exitWhenAlone(server);
    }
    if (killing !== undefined) {
      if (exit.code !== 0) this.#log.warn(exitFields(server, exit), "The old server was cut short");
      return this.#noteLeft();
    }
    if (server === this.#next) {
      this.#next = null;
      this.#restart = null;
      const rest = this.#current === null ? "" : ": the old one stays";
      this.#log.error(exitFields(server, exit), `The new server did not start${rest}`);
      if (this.#current === null) this.#startAfterDeath(server);
      return;
    }
    if (server !== this.#current) return;
    this.#current = null;
    if (this.#restart !== null && !this.#restart.graceful) {
      this.#restart = null;
      if (this.#next === null) this.#start();
      return;
    }
    // What the first server says before it listens is said to whoever started it: usage, a port in use.
    if (this.#port === null && exit.code !== null) process.exit(exit.code);
    const seen = watch?.read() ?? NOTHING_SEEN;
    const guilty = blame(seen, { stalled: this.#stalled.has(server), exit });
    const reason = this.#stalled.has(server) ? "stalled" : "crashed";
    this.#lastReplacement = {
      reason,
      script: guilty.script,
      line: null,
      at: new Date().toISOString(),
    };
    const fields = { ...exitFields(server, exit), ...guilty };
    if (reason === "stalled") {
      const limitMs = watch?.facts.stallTimeoutMs;
      this.#log.error(fields, `The event loop of the server stood still for ${limitMs} ms: it was replaced`);
    } else {
      this.#log.error(fields, "The server process died");
    }
    if (this.#next === null) this.#startAfterDeath(server);
  }

  #startAfterDeath(server: ServerChild): void {
    const nowMs = performance.now();
    const healthyMs = server.watch === null ? null : nowMs - server.watch.sinceMs;
    const delayMs = this.#policy.delayAfter({ nowMs, healthyMs });
    if (delayMs === 0) return this.#start();
    this.#log.warn({ delayMs }, `The server is started again in ${delayMs} ms`);
    this.#startTimer = setTimeout(() => this.#start(), delayMs);
  }

  #start(): void {
    this.#startTimer = null;
    this.#current = this.#spawn();
  }

  #spawn(): ServerChild {
    const [port, lastReplacement] = [this.#port, this.#lastReplacement];
    const isBeside = this.#all().length > 0;
    const server = new ServerChild(port === null ? null : { port, isBeside, lastReplacement });
    server.observe(this);
    return server;
  }

  /** Replaces the current server because somebody wishes it. */
  #replace(request: RestartRequest): void {
    if (this.#stoppingSinceMs !== null) return;
    const { graceful, drainTimeoutMs, reason } = request;
    if (this.#next !== null && graceful) return; // It joins the restart that has just begun.
    if (this.#leaving.size > 0 && graceful) {
      this.#restartAfter = request;
      return;
    }
    this.#log.info({ reason, graceful, drainTimeoutMs }, "The server is restarted");
    if (this.#startTimer !== null) {
      clearTimeout(this.#startTimer);
      return this.#start();
    }
    if (this.#current === null || this.#current.watch === null) return; // It is a new one anyway.
    this.#restart = request;
    if (graceful) this.#next = this.#spawn();
    else endAll(this.#current);
  }

  /** The new server listens: the old one may go. */
  #takeOver(next: ServerChild): void {
    const old = this.#current;
    const drainTimeoutMs = this.#restart?.drainTimeoutMs ?? DRAIN_UNKNOWN_MS;
    this.#current = next;
    this.#next = null;
    this.#restart = null;
    if (old === null) return next.tell({ kind: "owner" }); // It died while the new one started.
    this.#leaving.set(
      old,
      setTimeout(() => endAll(old), lastMs(drainTimeoutMs)),
    );
    old.tell({ kind: "leave", drainTimeoutMs });
  }

  #noteLeft(): void {
    if (this.#leaving.size > 0) return;
    this.#log.info({ pid: this.#current?.pid }, "The server was restarted");
    this.#current?.tell({ kind: "owner" });
    const again = this.#restartAfter;
    this.#restartAfter = null;
    if (again !== null) this.#replace(again);
  }

  /** A terminal that closes ends what runs in it; without one, it is the signal for a restart. */
  #hangUp(): void {
    if (this.#hadTerminal && !hasTerminal()) return this.#stop("SIGHUP");
    const drainTimeoutMs = this.#current?.watch?.facts.drainTimeoutMs ?? DRAIN_UNKNOWN_MS;
    this.#replace({ graceful: true, drainTimeoutMs, reason: "SIGHUP" });
  }

  /** The first time lets the server drain, the second ends it at once. */
  #stop(reason: string): void {
    const nowMs = performance.now();
    if (this.#stoppingSinceMs !== null) {
      if (nowMs - this.#stoppingSinceMs < SAME_SIGNAL_MS) return;
      this.#exitCode = 1;
      return this.#killAll();
    }
    this.#stoppingSinceMs = nowMs;
    this.#log.info({ reason }, "Stopping");
    if (this.#startTimer !== null) clearTimeout(this.#startTimer);
    this.#next?.kill();
    const current = this.#current;
    const drainTimeoutMs = current?.watch?.facts.drainTimeoutMs ?? 0;
    if (current?.watch === null) current.kill();
    else current?.tell({ kind: "stop" });
    setTimeout(() => this.#killAll(), lastMs(drainTimeoutMs));
    this.#exitWhenAlone(null);
  }

  #killAll(): void {
    for (const server of this.#all()) endAll(server);
    this.#exitWhenAlone(null);
  }

  #exitWhenAlone(ended: ServerChild | null): void {
    if (ended !== null && ended === this.#current) this.#current = null;
    if (ended !== null && ended === this.#next) this.#next = null;
    if (this.#all().length === 0) process.exit(this.#exitCode);
  }

  #all(): readonly ServerChild[] {
    return [this.#current, this.#next, ...this.#leaving.keys()].filter((each) => each !== null);
  }

  #look(): void {
    const nowMs = performance.now();
    for (const server of this.#all()) {
      if (server.watch === null) {
        if (nowMs - server.startedMs > START_MAX_MS) server.kill();
      } else if (!this.#stalled.has(server) && server.watch.isStalled(nowMs)) {
        this.#stalled.add(server);
        endAll(server);
      }
    }
    if (++this.#looks % LOOKS_PER_LAUNCHER_CHECK !== 0 || this.#stoppingSinceMs !== null) return;
    if (this.#launchers.isGone) this.#stop("whoever started this process is gone");
  }
}

/** When a server that drains is ended, in milliseconds. */
function lastMs(drainTimeoutMs: number): number {
  return Math.min(drainTimeoutMs + LAST_MS, TIMER_MAX_MS);
}

/** Ends a server and what its scripts have started, at once. */
function endAll(server: ServerChild): void {
  // Before the server: afterwards nobody could tell whose they were.
  void endDescendants(server.pid, 0);
  server.kill();
}

function exitFields(server: ServerChild, { code, signal }: Exit): Record<string, unknown> {
  return { pid: server.pid, exitCode: code, signal };
}

function hasTerminal(): boolean {
  return isatty(0) || isatty(1) || isatty(2);
}
