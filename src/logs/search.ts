import { join } from "node:path";
import type { Subprocess } from "bun";
import { Gate } from "../base/gate.ts";
import type { Config } from "../config/load.ts";
import { ExecError } from "../errors/exec-error.ts";
import type { SearchAnswer, SearchOrder } from "./search-lines.ts";

/** Searches at once, each in a process of its own. */
const AT_ONCE = 2;

const PROGRAM = join(import.meta.dir, "search-process.ts");

/**
 * Searches logs in processes of their own.
 *
 * A regular expression can take years, and nothing ends one within a process: neither the loop guards nor the end of a
 * worker thread. A process is killed when its time is over.
 */
export class LogSearch implements Disposable {
  readonly #timeoutMs: number;
  readonly #running = new Set<Subprocess>();
  readonly #gate: Gate;

  constructor({
    logSearchTimeout,
    logSearchQueueMax,
  }: Pick<Config, "logSearchTimeout" | "logSearchQueueMax">) {
    this.#timeoutMs = logSearchTimeout;
    this.#gate = new Gate({ limit: AT_ONCE, waitingMax: logSearchQueueMax });
  }

  /**
   * Runs a search.
   *
   * @throws {ExecError} `logSearchesFull`, `logSearchTimeout`.
   */
  async run(order: SearchOrder): Promise<SearchAnswer> {
    const leave = await this.#gate.enter();
    if (leave === null) throw new ExecError("logSearchesFull", undefined, { limit: "logSearchQueueMax" });
    try {
      return await this.#spawn(order);
    } finally {
      leave();
    }
  }

  /** Ends what is being searched. */
  [Symbol.dispose](): void {
    for (const child of this.#running) child.kill("SIGKILL");
  }

  async #spawn(order: SearchOrder): Promise<SearchAnswer> {
    const child = Bun.spawn([process.execPath, "--smol", PROGRAM], {
      stdin: Buffer.from(JSON.stringify(order)),
      stdout: "pipe",
      stderr: "pipe",
      // It needs nothing of ours.
      env: {},
      timeout: this.#timeoutMs,
      killSignal: "SIGKILL",
    });
    this.#running.add(child);
    const [text, fault] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]).finally(() => this.#running.delete(child));
    if (child.signalCode === "SIGKILL") {
      throw new ExecError("logSearchTimeout", `The search took longer than ${this.#timeoutMs} ms`, {
        details: { timeoutMs: this.#timeoutMs },
      });
    }
    if (child.exitCode !== 0) throw new Error(`The search ended with ${child.exitCode}: ${fault}`);
    return JSON.parse(text) as SearchAnswer;
  }
}
