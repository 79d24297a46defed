/** A child process on one cpu, so that server and load never share a core; ended by `await using`. */
export class PinnedProcess implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #reading: Promise<unknown>;
  #output = "";

  /**
   * @param options.cpu Number of the core; ignored where `taskset` is missing.
   * @param options.environment Added to this process's own.
   */
  constructor(options: {
    readonly command: readonly string[];
    readonly cpu: number;
    readonly environment?: Readonly<Record<string, string>>;
  }) {
    const pin = Bun.which("taskset") === null ? [] : ["taskset", "-c", String(options.cpu)];
    this.#child = Bun.spawn([...pin, ...options.command], {
      env: { ...process.env, NODE_ENV: "production", ...options.environment },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#reading = Promise.all([this.#collect(this.#child.stdout), this.#collect(this.#child.stderr)]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** What the process has written so far; the last part of it when that is much. */
  get output(): string {
    return this.#output;
  }

  /**
   * Waits until the output matches.
   *
   * @throws when the process ends before, or after `timeoutMs` milliseconds, with what was written.
   */
  async untilOutput(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (this.#child.exitCode !== null || performance.now() > deadlineMs) {
        throw new Error(`Cannot find ${pattern} in the output of the process: ${this.#output}`);
      }
      await Bun.sleep(1);
    }
  }

  /** Waits for the end and answers everything written. */
  async finish(): Promise<string> {
    await this.#child.exited;
    await this.#reading;
    return this.#output;
  }

  /** CPU time it has used, in seconds; known once it has ended. */
  get cpuSeconds(): number {
    return Number(this.#child.resourceUsage()?.cpuTime.total ?? 0n) / 1e6;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    const killing = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.#child.exited;
    clearTimeout(killing);
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#output = (this.#output + decoder.decode(chunk, { stream: true })).slice(-OUTPUT_LENGTH_MAX);
    }
  }
}

/** Longest wait for a process that was asked to end. */
const STOP_TIMEOUT_MS = 10_000;
/** Output kept, in UTF-16 units. */
const OUTPUT_LENGTH_MAX = 64 * 1024;
