import type { Logger } from "pino";
import type { Ai } from "../ai/ai.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/load.ts";
import type { Recorder } from "../metrics/recorder.ts";
import type { RouteTable } from "../routing/route-table.ts";
import type { SharedState } from "../state/shared-state.ts";
import type { ActiveExecutions } from "./active.ts";
import type { BodyLimits } from "./body.ts";
import type { ExecutionHost, RequestServer } from "./execution.ts";
import type { ExecutionLogs } from "./execution-logs.ts";
import type { RunningMark } from "./running-mark.ts";
import type { SocketCounters } from "./sockets/counters.ts";
import type { SocketsSettings } from "./sockets/sockets.ts";
import type { Units } from "./units.ts";

/** What the engine works with. */
export interface EngineServices {
  readonly ai: Ai;
  readonly clock: Clock;
  readonly log: Logger;
  /** What scripts with log directives leave. */
  readonly logs: ExecutionLogs;
  readonly routes: RouteTable;
  readonly shared: SharedState;
  readonly units: Units;
  readonly active: ActiveExecutions;
  readonly mark: RunningMark;
  /** Null when nothing is recorded. */
  readonly recorder: Recorder | null;
  /** What happens to sockets. */
  readonly sockets: SocketCounters;
}

/** What the settings decide about the engine. */
export interface EngineSettings {
  /** Absolute scripts root. */
  readonly root: string;
  readonly production: boolean;
  readonly trustProxy: boolean;
  readonly bodies: BodyLimits;
  /** Bytes that may wait for one client. */
  readonly writeBufferMaxBytes: number;
  /** Largest body of an answer that is copied for its client. */
  readonly answerCopyMaxBytes: number;
  readonly queueMax: number;
  readonly urlCacheMax: number;
  readonly sockets: SocketsSettings;
}

/** A request, as it came in. */
export interface Arrival {
  readonly request: Request;
  readonly server: RequestServer;
  readonly url: string;
  /** When it came in, in monotonic milliseconds. */
  readonly startedMs: number;
}

/** The same, as it is told to those who may make it wait. */
export interface TimedArrival extends Arrival {
  /** Query string without its `?`. */
  readonly query: string;
  /** Gives its execution the id. */
  readonly host: ExecutionHost;
}

/** The engine's share of the settings. */
export function toEngineSettings(config: Config): EngineSettings {
  return {
    root: config.scriptsDir,
    production: config.production,
    trustProxy: config.trustProxy,
    bodies: {
      bytesMax: config.bodyMax,
      totalBytesMax: config.bodiesMax,
      timeoutMs: config.bodyTimeout,
    },
    writeBufferMaxBytes: config.writeBufferMax,
    answerCopyMaxBytes: config.answerCopyMax,
    queueMax: config.queueMax,
    urlCacheMax: config.urlCacheMax,
    sockets: {
      socketsMax: config.socketsMax,
      messageBytesMax: config.socketMessageMax,
      backlogBytesMax: config.socketBacklogMax,
      idleTimeoutMs: config.socketIdleTimeout,
      compresses: config.socketCompression,
    },
  };
}
