import { duration, integer, size } from "./grammars.ts";
import { setting } from "./setting.ts";

/** TABLE: settings of the logs that scripts ask for and of scheduled runs; part of `SETTINGS`. */
export const LOG_SETTINGS = {
  logFileMax: setting(size({ min: 1024 }), {
    default: 20 * 1024 ** 2,
    description: "Size at which a log file of scripts is set aside and a new one begun",
  }),
  logFilesKept: setting(integer({ min: 1, max: 1000 }), {
    default: 10,
    description: "Files kept of those set aside, for each log",
  }),
  logBufferMax: setting(size({ min: 64 * 1024 }), {
    default: 16 * 1024 ** 2,
    description:
      "Bytes of log lines that may wait to be written; further lines are lost, and the log tells how many",
  }),
  logFollowersMax: setting(integer({ min: 0 }), {
    default: 200,
    description: "Streams of logs/stream at once; beyond it 503",
  }),
  logSearchQueueMax: setting(integer({ min: 0 }), {
    default: 16,
    description: "Searches of logs/search that may wait, two run at once; beyond it 503",
  }),
  logSearchTimeout: setting(duration({ unlimited: false, min: 100 }), {
    default: 10_000,
    description: "Longest search of logs/search; then it is ended with 504",
  }),
} as const;
