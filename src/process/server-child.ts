import { openSync, unlinkSync } from "node:fs";
import { ParentPage } from "./parent-page.ts";
import type { HandOver, RestartRequest, ServerFacts, ToParent, ToServer } from "./protocol.ts";
import type { ServerWatch } from "./server-watch.ts";

/** How a server process ended. */
export interface Exit {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

/** Who is told what happens to a server process. */
export interface ServerObserver {
  ready(server: ServerChild, facts: ServerFacts): void;
  restartWished(server: ServerChild, request: RestartRequest): void;
  ended(server: ServerChild, exit: Exit): void;
}

/** The program of a server process: a file of its own, since a variable would reach what scripts start. */
const PROGRAM = `${import.meta.dir}/../program.ts`;

/**
 * A server process, as its parent knows it.
 *
 * It loads next to nothing: the first server is on its way before anything else is loaded.
 */
export class ServerChild {
  readonly startedMs = performance.now();
  /** Settles when the server says its first word. */
  readonly heard: Promise<void>;
  /** What the parent sees of it since it listens. */
  watch: ServerWatch | null = null;
  /** The memory it shares; opened at its first word, because it goes with the server. */
  page: ParentPage | null = null;
  readonly #child: Bun.Subprocess;
  #observer: ServerObserver | null = null;
  #untold: ((observer: ServerObserver) => void)[] = [];

  /** Starts a server with the arguments of this process. */
  constructor(handOver: HandOver | null) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.heard = promise;
    const tell = (happened: (observer: ServerObserver) => void) => {
      if (this.#observer === null) this.#untold.push(happened);
      else happened(this.#observer);
    };
    // A debugger's address belongs to one process, which is this one already.
    const runtime = process.execArgv.filter((each) => !each.startsWith("--inspect"));
    const handedOver = `--handed-over=${JSON.stringify(handOver)}`;
    this.#child = Bun.spawn([process.execPath, ...runtime, PROGRAM, handedOver, ...process.argv.slice(2)], {
      stdio: ["ignore", "inherit", "inherit"],
      serialization: "json",
      ipc: (message: ToParent) => {
        if (message.kind === "ready") this.page = openPage(message.page);
        resolve();
        tell((observer) => this.#receive(message, observer));
      },
      onExit: (_, code) => {
        const signal = code === null ? String(this.#child.signalCode) : null;
        tell((observer) => observer.ended(this, { code, signal }));
      },
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Settles when it has ended. */
  get ended(): Promise<unknown> {
    return this.#child.exited;
  }

  /** Tells somebody of everything that happens, and has happened. */
  observe(observer: ServerObserver): void {
    this.#observer = observer;
    for (const happened of this.#untold.splice(0)) happened(observer);
  }

  tell(message: ToServer): void {
    try {
      this.#child.send(message);
    } catch {
      // It has just ended, which the observer is told.
    }
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #receive(message: ToParent, observer: ServerObserver): void {
    switch (message.kind) {
      case "ready":
        return observer.ready(this, message);
      case "awake":
        return this.page?.ticks.wake();
      case "restart":
        return observer.restartWished(this, message);
      default:
        message satisfies never;
    }
  }
}

/** Opens the page of a server; if it has a name, that is taken away, so that nothing is left when both processes die. */
function openPage(path: string): ParentPage | null {
  try {
    const fd = openSync(path, "r+");
    if (!path.startsWith("/proc/")) unlinkSync(path);
    return new ParentPage(fd);
  } catch {
    return null; // It has died meanwhile, or hides its descriptors.
  }
}
