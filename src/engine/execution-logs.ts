import type { Clock } from "../base/clock.ts";
import { toAccessLine, toConsoleLine } from "../logs/access.ts";
import type { LogFiles } from "../logs/files.ts";
import { deploymentLogName } from "../logs/names.ts";
import type { LogPolicy } from "../logs/policy.ts";
import type { Endpoint } from "./endpoint.ts";
import type { TimedArrival } from "./engine-options.ts";
import type { Execution } from "./execution.ts";
import type { ConsoleLevel } from "./facade/console.ts";
import { LoggedExecution } from "./logged-execution.ts";

/** The lines that executions leave in the logs of their deployments. Scripts without a log have none and pay nothing. */
export class ExecutionLogs {
  readonly #files: LogFiles;
  readonly #clock: Clock;

  constructor(files: LogFiles, clock: Clock) {
    this.#files = files;
    this.#clock = clock;
  }

  /** Begins the line of a request; null where none is wanted. */
  begin(policy: LogPolicy | null, endpoint: Endpoint, arrival: TimedArrival): LoggedExecution | null {
    if (policy === null) return null;
    const time = this.#clock.now();
    return new LoggedExecution(endpoint, arrival, {
      policy,
      write: (record) => {
        const durationMs = this.#clock.monotonicMs() - arrival.startedMs;
        this.#append(endpoint, toAccessLine({ ...record, time, durationMs }, policy));
      },
    });
  }

  /** Whether a message of a script's console belongs into its log. */
  keeps(level: ConsoleLevel, policy: LogPolicy | null): boolean {
    if (policy === null || policy.console === "none") return false;
    return level !== "debug" || policy.console === "debug";
  }

  /** Adds what a script printed. */
  print({ endpoint, id: executionId }: Execution, level: ConsoleLevel, message: string): void {
    this.#append(endpoint, toConsoleLine({ time: this.#clock.now(), executionId, level, message }));
  }

  #append({ deployment }: Endpoint, line: string): void {
    this.#files.append(deploymentLogName(deployment), line);
  }
}
