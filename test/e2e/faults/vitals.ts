import { readdirSync, readFileSync } from "node:fs";
import type { ServerProcess } from "../../support/process.ts";

/** A script that shows what belongs to the process, so that a test can see whether it was changed. */
export const VITALS_FILE = {
  "default/2/vitals.ts": `
const { PATH, HOME } = process.env;
return {
  cwd: process.cwd(), umask: process.umask(), PATH, HOME, exitCode: process.exitCode ?? null,
  console: typeof console.log, fetch: String(fetch), stdout: process.stdout.writable, stderr: process.stderr.writable,
  stdin: typeof process.stdin.read, url: new URL("http://a/b").href, array: [...[1, 2]].map((n) => n * 2),
};`,
};

/** Asks {@link VITALS_FILE}, in a deployment of its own. */
export async function readVitals(server: ServerProcess): Promise<unknown> {
  const response = await server.fetch("/vitals", { headers: { host: "p1-c1-exec-2.node.localhost" } });
  return await response.json();
}

/** Open descriptors of a process. */
export function countDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Resident memory of a process, in MiB: now, and the most there ever was; and its threads. */
export function readMemory(pid: number): {
  readonly rssMib: number;
  readonly peakMib: number;
  readonly threads: number;
} {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mib = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) / 1024;
  const threads = Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  return { rssMib: mib("VmRSS"), peakMib: mib("VmHWM"), threads };
}

/** Processes that a process has started and that are still there. */
export function childrenOf(pid: number): readonly number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  const lists = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"));
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}

/** The lines of the log so far; what is not JSON is shown as `{ raw }`. */
export function logOf(server: ServerProcess, from = 0): readonly Record<string, unknown>[] {
  const rows = server.output().slice(from).split("\n");
  // The last one may still be on its way.
  return rows.slice(0, -1).flatMap((row) => {
    if (row === "") return [];
    try {
      return [JSON.parse(row) as Record<string, unknown>];
    } catch {
      return [{ raw: row }];
    }
  });
}
