import { countDescriptors, readMemory } from "../e2e/faults/vitals.ts";
import type { ServerProcess } from "../support/process.ts";

/** One look at the server process. */
export interface SoakVitals {
  readonly rssMib: number;
  readonly descriptors: number;
  readonly threads: number;
  /** JavaScript timers that are pending: the server's own and those of scripts, `unref` or not. */
  readonly timers: number;
  /** WebSockets that the runtime has open. */
  readonly sockets: number;
  /** Whatever the runtime keeps alive by itself, by class: timers, sockets, servers, bodies, child processes. */
  readonly held: Readonly<Record<string, number>>;
}

const PROBE_HOST = "p1-c1-exec-2.node.localhost";

/**
 * A script that tells what the runtime holds, so that nothing has to be added to the server for this.
 *
 * A pending timer, an open socket, a running child process is an object that the runtime protects from the garbage
 * collector, and the engine counts those by class: `setTimeout` adds one to `Timeout`, its firing or clearing takes it
 * away at once. (`process.getActiveResourcesInfo()` is always empty in Bun 1.4.) A count takes 4 to 10 ms and collects
 * nothing. Not seen: the clock of `AbortSignal.timeout()`, which is no JavaScript timer.
 */
export const PROBE_FILE = {
  "default/2/probe.ts": 'return require("bun:jsc").heapStats().protectedObjectTypeCounts',
};

/** Looks at a server that has {@link PROBE_FILE}. @param pid Of the server process. */
export async function readVitals(server: ServerProcess, pid: number): Promise<SoakVitals> {
  // Before the question, which goes over a connection of its own and leaves no descriptor.
  const descriptors = countDescriptors(pid);
  const response = await server.fetch("/probe", { headers: { host: PROBE_HOST, connection: "close" } });
  const all = (await response.json()) as Record<string, number>;
  // Code is held by the engine's cache, which has a bound of its own: its memory shows in that of the process.
  const held = Object.fromEntries(Object.entries(all).filter(([kind]) => !kind.startsWith("Unlinked")));
  const { rssMib, threads } = readMemory(pid);
  const { Timeout: timers = 0, ServerWebSocket: sockets = 0 } = held;
  return { rssMib, threads, descriptors, timers, sockets, held };
}

/** What is held now and was not before, as texts like `Timeout 3 → 5`. */
export function grownKinds(before: SoakVitals, after: SoakVitals): readonly string[] {
  return Object.entries(after.held)
    .map(([kind, count]) => [kind, before.held[kind] ?? 0, count] as const)
    .filter(([, then, now]) => now > then)
    .map(([kind, then, now]) => `${kind} ${then} → ${now}`);
}
