import { readSchedule } from "../../schedules/reading.ts";
import type { Schedule, ScheduleAction } from "../../schedules/schedule-table.ts";
import { isRouteFile, isScript } from "../../scripts/exclude.ts";

interface ScheduleOutcome {
  readonly action: ScheduleAction;
  readonly reason?: string;
}

/**
 * What writing a script did to its schedule, for the answer; nothing when it has and had none.
 *
 * @param written.before Its schedule before. @param written.isOn Whether schedules are used at all.
 */
export function scheduleOutcome(written: {
  readonly file: string;
  readonly source: string;
  readonly before: Schedule | undefined;
  readonly isOn: boolean;
}): { schedule?: ScheduleOutcome } {
  const { file, source, before, isOn } = written;
  if (!isScript(file)) return {};
  const reading = readSchedule(source);
  if (reading.kind === "none") return before === undefined ? {} : { schedule: { action: "unregistered" } };
  if (!isRouteFile(file)) return notUsed("A file of this name answers no requests and is not scheduled");
  if (!isOn) return notUsed("Schedules are off: --schedules");
  if (reading.kind === "unusable") return { schedule: { action: "failed", reason: reading.reason } };
  return { schedule: { action: before === undefined ? "registered" : "updated" } };
}

function notUsed(reason: string): { schedule: ScheduleOutcome } {
  return { schedule: { action: "none", reason } };
}
