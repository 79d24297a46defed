import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";
import { until } from "./until.ts";

/** The real server process over a temporary storage directory; ended by `await using`. */
export interface ServerProcess extends AsyncDisposable {
  /** Printed address, without trailing slash. */
  readonly url: string;
  /** The process that was started: the parent of the server process. */
  readonly pid: number;
  /** The server process that answers now. */
  serverPid(): Promise<number>;
  /** The storage root; scripts lie below `scripts/`. */
  readonly storage: TempDir;
  /** Everything the process has written so far. */
  output(): string;
  /** Sends a request to a path of the server. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends a signal and waits for the end. Answers the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

/** What a test may ask of its process. */
export interface ServerProcessOptions {
  /** Files below the scripts root, by relative path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another command than `bun src/main.ts`, which the flags follow. */
  readonly command?: readonly string[];
  /** Whether it leads a process group of its own, as a terminal gives one to each command. */
  readonly ownGroup?: boolean;
}

/** Whether a process runs; one that has ended and was not waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** Waits until a process has ended. */
export async function untilGone(pid: number): Promise<void> {
  await until(
    () => isAlive(pid),
    (alive) => !alive,
    { withinMs: 20_000 },
  );
}

/** Waits until another process than this one answers. @returns Its number. */
export function untilReplaced(server: ServerProcess, pid: number): Promise<number> {
  return until(
    () => server.serverPid().catch(() => pid),
    (now) => now !== pid,
  );
}

/** Waits until there is a server process that answers. @returns Its number. */
export async function untilAnswering(server: ServerProcess): Promise<number> {
  const pid = await until(
    () => server.serverPid().catch(() => null),
    (seen) => seen !== null,
  );
  return pid ?? 0;
}

/** Waits until a path answers so, also while nobody does. */
export async function untilServed(server: ServerProcess, path: string, text: string): Promise<void> {
  await until(
    () =>
      server.fetch(path).then(
        (response) => response.text(),
        () => "refused",
      ),
    (seen) => seen === text,
  );
}

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** Longest wait for the address of a process that was just started. */
const START_TIMEOUT_MS = 15_000;

/** Starts `src/main.ts` on any free port and waits for the address it prints. */
export async function startProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const storage = await tempDir();
  await storage.write(
    Object.fromEntries(Object.entries(options.files ?? {}).map(([file, text]) => [`scripts/${file}`, text])),
  );
  const { command = [process.execPath, MAIN], flags = [], ownGroup = false } = options;
  const child = Bun.spawn([...command, "--port", "0", "--storage-dir", storage.path, ...flags], {
    env: cleanEnvironment(options.env),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    detached: ownGroup,
  });
  const output = collect([child.stdout, child.stderr]);
  const url = await untilAddress(output, child.exited).catch(async (error) => {
    child.kill("SIGKILL");
    await child.exited;
    await storage[Symbol.asyncDispose]();
    throw error;
  });
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal);
    return await child.exited;
  };
  return {
    url,
    pid: child.pid,
    serverPid: async () => ((await (await fetch(`${url}/api/v1/exec/health`)).json()) as { pid: number }).pid,
    storage,
    output: output.text,
    fetch: (path, init) => fetch(url + path, init),
    stop,
    async [Symbol.asyncDispose]() {
      await stop("SIGKILL");
      await storage[Symbol.asyncDispose]();
    },
  };
}

/** What a process that ends by itself has written, and its exit code: for refusals and `--help`. */
export async function runProcess(
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const child = Bun.spawn([process.execPath, MAIN, ...flags], {
    env: cleanEnvironment(env),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  return outcomeOf(child);
}

/** The environment without what would set the server, so that a developer's own settings change no test. */
function cleanEnvironment(own: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/^(?:EXEC_|PORT$|HOST$|NODE_ENV$)/.test(name),
  ) as [string, string][];
  // Tests reach no registry but their own.
  return { ...Object.fromEntries(inherited), EXEC_AUTO_INSTALL: "off", ...own };
}

interface Output {
  text(): string;
  /** Calls back after each chunk until it answers true. */
  onChange(listener: () => void): void;
}

function collect(streams: readonly ReadableStream<Uint8Array>[]): Output {
  const decoder = new TextDecoder();
  const listeners: (() => void)[] = [];
  let text = "";
  for (const stream of streams) {
    void (async () => {
      for await (const chunk of stream) {
        text += decoder.decode(chunk, { stream: true });
        for (const listener of listeners) listener();
      }
    })();
  }
  return { text: () => text, onChange: (listener) => listeners.push(listener) };
}

async function untilAddress(output: Output, exited: Promise<number>): Promise<string> {
  const found = Promise.withResolvers<string>();
  const look = () => {
    const address = /https?:\/\/(?:\[[0-9a-f:]+\]|[\w.-]+):\d+/.exec(output.text())?.[0];
    if (address !== undefined) found.resolve(address);
  };
  output.onChange(look);
  const timer = setTimeout(
    () => found.reject(new Error(`Cannot find the server's address in: ${output.text()}`)),
    START_TIMEOUT_MS,
  );
  void exited.then((code) => found.reject(new Error(`The server ended with ${code}: ${output.text()}`)));
  look();
  try {
    return await found.promise;
  } finally {
    clearTimeout(timer);
  }
}
