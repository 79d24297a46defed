import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { PinnedProcess } from "./pinned-process.ts";
import { readChildPids } from "./process-figures.ts";

/** A server under load; ended by `await using`. */
export interface BenchServer extends AsyncDisposable {
  /** Address without trailing slash. */
  readonly url: string;
  readonly pid: number;
  /** From the spawn of the process to the printed address, in milliseconds. */
  readonly listeningAfterMs: number;
  /** When the process was spawned, on the monotonic clock of this process, in milliseconds. */
  readonly spawnedAtMs: number;
}

/** Every server runs here, the load on the next one. */
export const SERVER_CPU = 0;
/** Longest wait for the printed address. */
const START_TIMEOUT_MS = 60_000;
const ADDRESS = /https?:\/\/(?:\[[0-9a-f:]+\]|[\w.-]+):\d+/;
const ROOT = join(import.meta.dir, "../..");

/** What a bare server can answer; a script of the bench returns the same value. */
export type BareAnswer = "hello" | "user" | "echo" | "loop" | "socket";

/** Starts the bare `Bun.serve` that every ratio is measured against. */
export async function startBareServer(answer: BareAnswer): Promise<BenchServer> {
  return await start([process.execPath, join(import.meta.dir, "bare-server.ts"), answer], {});
}

/**
 * Starts the product as the README's production line does, over a storage directory of its own.
 *
 * @param files Scripts below the scripts root, by relative path.
 * @param flags As on the command line.
 */
export async function startExecServer(
  files: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<BenchServer> {
  const storage = await tempDir();
  try {
    await writeScripts(storage, files);
    const server = await startExecServerOver(storage, flags);
    return {
      ...server,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await storage[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await storage[Symbol.asyncDispose]();
    throw error;
  }
}

/** Puts scripts below the scripts root of a storage directory, by relative path. */
export async function writeScripts(storage: TempDir, files: Readonly<Record<string, string>>): Promise<void> {
  await storage.write(
    Object.fromEntries(Object.entries(files).map(([file, text]) => [`scripts/${file}`, text])),
  );
}

/** As {@link startExecServer}, over a storage directory that stays the caller's. */
export async function startExecServerOver(
  storage: TempDir,
  flags: readonly string[] = [],
): Promise<BenchServer> {
  const command = [
    ...[process.execPath, join(ROOT, "src/main.ts")],
    ...["--port", "0", "--storage-dir", storage.path],
    ...flags,
  ];
  const server = await start(command, startScriptEnvironment());
  // What is measured is the server, not the idle parent that owns it.
  return { ...server, pid: readServerPid(server.pid) };
}

async function start(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<BenchServer> {
  const spawnedAtMs = performance.now();
  const process = new PinnedProcess({ command, cpu: SERVER_CPU, environment });
  try {
    const [address] = await process.untilOutput(ADDRESS, START_TIMEOUT_MS);
    return {
      url: address.replace("localhost", "127.0.0.1"),
      pid: process.pid,
      spawnedAtMs,
      listeningAfterMs: performance.now() - spawnedAtMs,
      [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
    };
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}

/** The server process below the one that was started; that one itself where there is no `/proc`. */
function readServerPid(parentPid: number): number {
  return readChildPids(parentPid)[0] ?? parentPid;
}

/** Engine options are set where the start script sets them, and only there, so that the bench measures what runs. */
function startScriptEnvironment(): Record<string, string> {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: { start: string };
  };
  return Object.fromEntries(
    [...manifest.scripts.start.matchAll(/\b(BUN_JSC_\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [
      name,
      value,
    ]),
  );
}
