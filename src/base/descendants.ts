import { readdirSync, readFileSync } from "node:fs";
import { readProcessStat } from "./process-stat.ts";

/**
 * Ends every process that a process has started, and those that these have started: asks first, then makes sure.
 *
 * @param graceMs Longest wait in milliseconds for those that were asked.
 * @returns How many there were; 0 where the system does not tell (anything but Linux).
 */
export async function endDescendants(pid: number, graceMs: number): Promise<number> {
  const found = descendantsOf(pid);
  for (const each of found) signal(each, "SIGTERM");
  const endMs = performance.now() + graceMs;
  while (found.some((each) => readProcessStat(each) !== null) && performance.now() < endMs)
    await Bun.sleep(POLL_MS);
  for (const each of found) if (readProcessStat(each) !== null) signal(each, "SIGKILL");
  return found.length;
}

const POLL_MS = 5;

/** Children, their children and so on; empty where the system does not tell. */
export function descendantsOf(pid: number): number[] {
  const found: number[] = [];
  const pending = [pid];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const children = childrenOf(next);
    found.push(...children);
    pending.push(...children);
  }
  return found;
}

function childrenOf(pid: number): number[] {
  try {
    const lists = readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"),
    );
    return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
  } catch {
    return []; // It has ended meanwhile, or this is not Linux.
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}
