import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks of `/proc/<pid>/stat` in a second; 100 on every Linux that Bun runs on. */
const TICKS_PER_SECOND = 100;

/**
 * CPU time that a process and its children have used, in seconds; a difference of two calls is what happened between.
 *
 * @returns NaN where there is no `/proc`.
 * @see man 5 proc_pid_stat, fields utime and stime
 */
export function readCpuSeconds(pid: number): number {
  let ticks = 0;
  for (const each of processTree(pid)) {
    const stat = readProc(`${each}/stat`);
    // The second field is the name in brackets and may hold anything, so fields count from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}

/** Resident bytes of a process and its children; NaN where there is no `/proc`. */
export function readRssBytes(pid: number): number {
  let bytes = 0;
  for (const each of processTree(pid)) {
    bytes += Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(`${each}/status`))?.[1]) * 1024;
  }
  return bytes;
}

/**
 * Seconds that some cores have been busy since the machine started, with whatever it was; NaN where there is no `/proc`.
 *
 * @see man 5 proc_stat: user, nice, system, idle, iowait, irq, softirq, steal
 */
export function readBusySeconds(cores: readonly number[]): number {
  const stat = readProc("stat");
  let ticks = 0;
  for (const core of cores) {
    const fields = new RegExp(`^cpu${core} (.*)$`, "m").exec(stat)?.[1]?.split(" ").map(Number) ?? [];
    const [user, nice, system, , , irq, softirq, steal] = fields;
    ticks += [user, nice, system, irq, softirq, steal].reduce<number>(
      (sum, part) => sum + (part ?? Number.NaN),
      0,
    );
  }
  return ticks / TICKS_PER_SECOND;
}

/** Processes that a process has started and that run; none where there is no `/proc`. */
export function readChildPids(pid: number): readonly number[] {
  return listProc(`${pid}/task`).flatMap((task) => {
    const children = readProc(`${pid}/task/${task}/children`).trim();
    return children === "" ? [] : children.split(/\s+/).map(Number);
  });
}

function processTree(pid: number): readonly number[] {
  const tree = [pid];
  for (const parent of tree) tree.push(...readChildPids(parent));
  return tree;
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    // Not Linux, or the process has just ended.
    return "";
  }
}

function listProc(path: string): readonly string[] {
  try {
    return readdirSync(`/proc/${path}`);
  } catch {
    // As above.
    return [];
  }
}
