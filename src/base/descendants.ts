import { readdirSync, readFileSync } from "node:fs";

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
  while (found.some((each) => isRunning(each)) && performance.now() < endMs) await Bun.sleep(POLL_MS);
  for (const each of found) if (isRunning(each)) signal(each, "SIGKILL");
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

/** Whether a process is there and has not ended: one that nobody has waited for yet is still listed. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}
