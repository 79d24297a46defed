import type { Logger } from "pino";
import type { Ai } from "../ai/ai.ts";
import type { Clock } from "../base/clock.ts";
import type { RouteTable } from "../routing/route-table.ts";
import type { SharedState } from "../state/shared-state.ts";
import type { ActiveExecutions } from "./active.ts";
import type { ExecutionHost, RequestServer } from "./execution.ts";
import type { ExecutionLogs } from "./execution-logs.ts";
import type { RunningMark } from "./running-mark.ts";
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
}

/** The engine's share of the settings. */
export interface EngineSettings {
  /** Absolute scripts root. */
  readonly root: string;
  readonly production: boolean;
  readonly trustProxy: boolean;
  readonly bodyMaxBytes: number;
  readonly bodyTimeoutMs: number;
  /** Bytes of all bodies that are being received. */
  readonly bodiesMaxBytes: number;
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
}

/** The same, as it is told to those who may make it wait. */
export interface TimedArrival extends Arrival {
  /** Query string without its `?`. */
  readonly query: string;
  /** When it came in, in monotonic milliseconds. */
  readonly sinceMs: number;
  /** Gives its execution the id. */
  readonly host: ExecutionHost;
}
