import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../base/system-error.ts";
import type { Turns } from "../base/turns.ts";
import { walkFiles } from "../scripts/directory.ts";
import { isRouteFile } from "../scripts/exclude.ts";
import { toStorageError } from "../scripts/storage-error.ts";
import { readSchedule, type ScheduleReading } from "./reading.ts";

/** Bytes of a script in which its header is looked for. */
const HEADER_BYTES_MAX = 256 * 1024;

const header = Buffer.allocUnsafe(HEADER_BYTES_MAX);

/**
 * Reads the schedules of every script below the root; requests have their turns in between.
 *
 * @returns What scripts with a `@schedule` line say, by file.
 * @throws {ExecError} `storageFailed` and the like when the root cannot be read.
 */
export async function scanSchedules(root: string, turns: Turns): Promise<Map<string, ScheduleReading>> {
  const found = new Map<string, ScheduleReading>();
  const entries = await walkFiles(root, "").catch((error) => {
    if (codeOf(error) === "ENOENT") return []; // A root that is gone has no scripts.
    throw toStorageError(error, { action: "list", file: "", absent: "directoryMissing" });
  });
  for (const { path } of entries) {
    if (!isRouteFile(path)) continue;
    const reading = readScheduleOf(root, path);
    if (reading.kind !== "none") found.set(path, reading);
    await turns.next();
  }
  return found;
}

/** What a script on disk says about its schedule; nothing when it is not there. */
export function readScheduleOf(root: string, file: string): ScheduleReading {
  try {
    const handle = openSync(join(root, file), "r");
    try {
      const sizeBytes = readSync(handle, header, 0, HEADER_BYTES_MAX, 0);
      return readSchedule(header.toString("utf8", 0, sizeBytes));
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    const code = codeOf(error);
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(code)) return { kind: "none" };
    return { kind: "unusable", reason: `Cannot read the script: ${code}` };
  }
}
