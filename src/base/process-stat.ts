import { readFileSync } from "node:fs";

/** What the kernel says of a process. */
export interface ProcessStat {
  /** `R`, `S`, `T` and so on; a process that has ended has none. */
  readonly state: string;
  readonly parentPid: number;
  /** When it started, in ticks since the boot: tells it from a later process with the same number. */
  readonly startedAt: string;
}

/** Reads `/proc/<pid>/stat`; null for a process that has ended, also one nobody has waited for, and off Linux. */
export function readProcessStat(pid: number): ProcessStat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in brackets and may hold anything, so fields count from its end (man 5 proc).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "", parentPid] = fields;
    if (state === "Z" || state === "X") return null;
    return { state, parentPid: Number(parentPid), startedAt: fields[19] ?? "" };
  } catch {
    return null;
  }
}
