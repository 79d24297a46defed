/** How long the process must have been quiet, in milliseconds. */
const QUIET_MS = 2_000;

/** Share of one core below which the process counts as quiet. */
const QUIET_CPU = 0.05;

/** Compiled files whose remains are worth a collection of some 20 ms. */
const COMPILED_MIN = 200;

/** What the collector asks of its surroundings. */
export interface IdleCollectorPorts {
  /** Microseconds of CPU that the process has used. */
  readonly cpuUsedUs: () => number;
  /** Collects all garbage; takes some 20 ms. */
  readonly collect: () => void;
}

/**
 * Gives memory back once a server that compiled a lot has become quiet.
 *
 * The engine collects by allocation, so what the last versions of overwritten scripts held would stay until the next
 * busy hour. Watching the CPU tells that nobody is kept waiting, without a word to the path of requests.
 */
export class IdleCollector implements Disposable {
  readonly #ports: IdleCollectorPorts;
  readonly #quietMs: number;
  #compiled = 0;
  #timer: Timer | null = null;

  /** @param quietMs How long the process must have been quiet. */
  constructor(ports: IdleCollectorPorts = PROCESS_PORTS, quietMs: number = QUIET_MS) {
    this.#ports = ports;
    this.#quietMs = quietMs;
  }

  /** Tells that a file was compiled. */
  noteCompiled(): void {
    this.#compiled++;
    if (this.#compiled >= COMPILED_MIN) this.#waitForQuiet();
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #waitForQuiet(): void {
    if (this.#timer !== null) return;
    const usedBeforeUs = this.#ports.cpuUsedUs();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const usedUs = this.#ports.cpuUsedUs() - usedBeforeUs;
      if (usedUs > QUIET_CPU * this.#quietMs * 1_000) return this.#waitForQuiet();
      this.#compiled = 0;
      this.#ports.collect();
    }, this.#quietMs);
    this.#timer.unref();
  }
}

const PROCESS_PORTS: IdleCollectorPorts = {
  cpuUsedUs: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  collect: () => Bun.gc(true),
};
