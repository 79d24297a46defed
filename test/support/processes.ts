import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Numbers of the processes that work in a directory; zombies, which only wait to be collected, do not count. */
export function processesIn(directory: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readOrNull(() => readlinkSync(`/proc/${pid}/cwd`)) === directory)
    .filter(
      (pid) => !/^State:\s+Z/m.test(readOrNull(() => readFileSync(`/proc/${pid}/status`, "utf8")) ?? ""),
    )
    .map(Number);
}

/** A process that ended while it was looked at. */
function readOrNull(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
