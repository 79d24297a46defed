import { readProcessStat } from "../base/process-stat.ts";
import { NOTHING_SEEN, type PageReading, type ParentPage } from "./parent-page.ts";
import type { ServerFacts } from "./protocol.ts";
import { StallWatch } from "./stall-watch.ts";

/** What the parent sees of a server that listens. */
export class ServerWatch implements Disposable {
  readonly facts: ServerFacts;
  readonly sinceMs = performance.now();
  readonly #pid: number;
  /** null when the system does not let this process see it; the server is then replaced only when it dies. */
  readonly #page: ParentPage | null;
  readonly #stall = new StallWatch();

  constructor(pid: number, page: ParentPage | null, facts: ServerFacts) {
    this.#pid = pid;
    this.facts = facts;
    this.#page = page;
  }

  /** Whether its heartbeat cannot be seen. */
  get isBlind(): boolean {
    return this.#page === null;
  }

  /** One look at its pulse. @returns Whether it stands still for too long. */
  isStalled(nowMs: number): boolean {
    if (this.#page === null) return false;
    const { stallTimeoutMs } = this.facts;
    const isStopped = () => this.#isStopped;
    const stillMs = this.#stall.look({ nowMs, pulse: this.#page.readPulse(), isStopped });
    return stallTimeoutMs > 0 && stillMs >= stallTimeoutMs;
  }

  read(): PageReading {
    return this.#page?.read() ?? NOTHING_SEEN;
  }

  [Symbol.dispose](): void {
    this.#page?.[Symbol.dispose]();
  }

  /** Whether it was stopped from outside (SIGSTOP, a debugger), which is no stall; only known on Linux. */
  get #isStopped(): boolean {
    return /^[Tt]$/.test(readProcessStat(this.#pid)?.state ?? "");
  }
}
