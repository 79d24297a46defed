/** Runs the package manager. A port: the real one starts a process. */
export interface PackageCommand {
  /**
   * Runs one command and waits for its end.
   *
   * @param args As on the command line: `["install"]`, `["add", "lodash"]`.
   * @param options.timeoutMs Longest run in milliseconds; then it is ended with everything it started.
   * @param options.signal Ends it the same way.
   * @param options.heldFd A descriptor that stays open until it has ended, also when this process has not lived so long.
   */
  run(args: readonly string[], options: CommandOptions): Promise<CommandResult>;
}

/** How one command is run. */
export interface CommandOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly heldFd?: number | null;
}

/** How a command ended. */
export type CommandResult =
  /** By itself; `output` is what it printed last, standard output and errors in one. */
  | { readonly kind: "exited"; readonly exitCode: number; readonly output: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "stopped" };

/** What the real command needs. */
export interface BunCommandOptions {
  /** Absolute directory to run in. */
  readonly directory: string;
  /** Environment of the server; the command sees the part of it that a package manager needs. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Bytes of output that are kept, the last ones. */
const OUTPUT_BYTES_MAX = 64 * 1024;

/** Added to every command: nothing of a package is run while it is installed, and nothing is drawn for a terminal. */
const QUIET_AND_SAFE = ["--ignore-scripts", "--no-progress", "--no-summary"];

/**
 * Variables passed on: where programs, caches and certificates are, proxies, registry settings and the usual tokens that
 * an `.npmrc` names. The server's own settings and tokens are not among them.
 */
const PASSED_ON =
  /^(PATH|HOME|USERPROFILE|TMPDIR|TEMP|TMP|LANG|XDG_(CACHE|CONFIG|DATA)_HOME|(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|NPM_TOKEN|NODE_AUTH_TOKEN|npm_config_.*|BUN_CONFIG_.*|BUN_INSTALL.*)$/i;

/** The package manager of the runtime that this server runs on. */
export class BunCommand implements PackageCommand {
  readonly #options: BunCommandOptions;

  constructor(options: BunCommandOptions) {
    this.#options = options;
  }

  async run(
    args: readonly string[],
    { timeoutMs, signal, heldFd = null }: CommandOptions,
  ): Promise<CommandResult> {
    if (signal.aborted) return { kind: "stopped" };
    const child = Bun.spawn([process.execPath, ...args, ...QUIET_AND_SAFE], {
      cwd: this.#options.directory,
      env: toCommandEnvironment(this.#options.environment),
      stdio: heldFd === null ? ["ignore", "pipe", "pipe"] : ["ignore", "pipe", "pipe", heldFd],
      // A process group of its own, so that what it starts (git, for a dependency that names a repository) ends with it.
      detached: true,
    });
    let cutOff: "timeout" | "stopped" | null = null;
    const end = (reason: "timeout" | "stopped") => {
      cutOff ??= reason;
      killGroup(child.pid);
    };
    const stop = () => end("stopped");
    const timer = setTimeout(() => end("timeout"), timeoutMs);
    signal.addEventListener("abort", stop, { once: true });
    try {
      const [output, errors, exitCode] = await Promise.all([
        readEnd(child.stdout),
        readEnd(child.stderr),
        child.exited,
      ]);
      return cutOff === null ? { kind: "exited", exitCode, output: output + errors } : { kind: cutOff };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }
}

/** @returns What the command may know of the server's environment, and how it is to behave. */
export function toCommandEnvironment(
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => PASSED_ON.test(name))),
    // Where the server is one executable file, that file is the package manager as well.
    BUN_BE_BUN: "1",
    // It ends with the server even when the server is killed and can no longer see to it.
    BUN_FEATURE_FLAG_NO_ORPHANS: "1",
    NO_COLOR: "1",
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

/** Reads a stream to its end and keeps the last part of it. */
async function readEnd(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text = (text + decoder.decode(chunk, { stream: true })).slice(-OUTPUT_BYTES_MAX);
  }
  return text;
}
