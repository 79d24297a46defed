import { join } from "node:path";
import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/load.ts";
import type { Invocation, Invoked } from "../engine/invoke.ts";
import type { EventBus } from "../events/bus.ts";
import type { Restarts } from "../process/restarts.ts";
import { Announcer } from "./announcer.ts";
import { FireLog } from "./fire-log.ts";
import { HandledMark } from "./handled-mark.ts";
import { Scheduler } from "./scheduler.ts";

/** What schedules work with. */
export interface ScheduleServices {
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: Pick<EventBus, "emit">;
  /** Host name of this server. */
  readonly node: string;
  /** null when no other server can come before or after this one. */
  readonly restarts: Restarts | null;
  readonly invoke: (invocation: Invocation) => Invoked;
}

/** Builds the scheduler and its history from the settings; their files lie below the storage directory. */
export function createSchedules(
  config: Config,
  { clock, log, events, node, restarts, invoke }: ScheduleServices,
): { readonly schedules: Scheduler; readonly fireLog: FireLog } {
  const fireLog = new FireLog({
    path: join(config.storageDir, "logs/cron/fires.log"),
    fileBytesMax: config.logFileMax,
    filesKept: config.logFilesKept,
    log,
  });
  const schedules = new Scheduler({
    root: config.scriptsDir,
    isOn: config.schedules,
    runningMax: config.schedulesRunningMax,
    clock,
    log,
    announcer: new Announcer(events, node),
    history: fireLog,
    mark: new HandledMark(join(config.storageDir, "data/schedules-handled.json")),
    invoke,
    owner: restarts?.owner ?? Promise.resolve(),
    isSuccessor: restarts?.isSuccessor ?? false,
  });
  return { schedules, fireLog };
}
