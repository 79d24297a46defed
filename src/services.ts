import type { Logger } from "pino";
import type { Tokens } from "./access/tokens.ts";
import type { Clock } from "./base/clock.ts";
import type { SourceLimit } from "./compiler/source-limit.ts";
import type { Config } from "./config/load.ts";
import type { EventBus } from "./events/bus.ts";
import type { LogFiles } from "./logs/files.ts";
import type { LogFollowers } from "./logs/followers.ts";
import type { LogSearch } from "./logs/search.ts";
import type { ControlRefusals, LimitCounts } from "./metrics/limits.ts";
import type { PrometheusExporter } from "./metrics/prometheus.ts";
import type { Recorder } from "./metrics/recorder.ts";
import type { ScriptMetrics } from "./metrics/script-metrics.ts";
import type { SocketCounts } from "./metrics/socket-counts.ts";
import type { Installer } from "./packages/installer.ts";
import type { PackageJobs } from "./packages/package-jobs.ts";
import type { PackageResolver } from "./packages/resolver.ts";
import type { Restarts } from "./process/restarts.ts";
import type { RouteTable } from "./routing/route-table.ts";
import type { FireLog } from "./schedules/fire-log.ts";
import type { Scheduler } from "./schedules/scheduler.ts";
import type { ScriptStore } from "./scripts/store.ts";
import type { Sdks } from "./sdk/sdks.ts";
import type { SharedState } from "./state/shared-state.ts";
import type { TemplateCatalog } from "./templates/catalog.ts";
import type { ScalarBuild } from "./viewer/scalar-build.ts";

/** Every long-lived object of the process, each with one owner: `app.ts` builds and disposes them in order. */
export interface Services {
  readonly config: Config;
  readonly clock: Clock;
  /** The server's own log; scripts' `console` output goes there too. */
  readonly log: Logger;
  /** Tells whoever wants to know it what happens. */
  readonly events: EventBus;
  /** Tokens of the control API. */
  readonly tokens: Tokens;
  /** User scripts on disk. */
  readonly scripts: ScriptStore;
  /** URL path → script file, from memory. */
  readonly routes: RouteTable;
  /** The `shared` object of each deployment. */
  readonly shared: SharedState;
  /** Which npm packages scripts can load. */
  readonly packages: PackageResolver;
  /** Installs npm packages into the scripts root. */
  readonly installer: Installer;
  /** The same for what the control API asks for. */
  readonly packageJobs: PackageJobs;
  /** Templates of scripts, built-in and custom. */
  readonly templates: TemplateCatalog;
  /** APIs that were imported, and what imports them. */
  readonly sdks: Sdks;
  /** What scripts with log directives are asked, answer and print. */
  readonly logs: LogFiles;
  /** Who follows a log. */
  readonly logFollowers: LogFollowers;
  /** Looks for lines in logs. */
  readonly logSearch: LogSearch;
  /** Compiled scripts, helper modules and kept contexts. */
  readonly caches: ExecutionCaches;
  /** The bound of a script's source. */
  readonly sources: SourceLimit;
  /** What runs now. */
  readonly executions: RunningExecutions;
  /** Scripts that run by themselves. */
  readonly schedules: Scheduler;
  /** How their runs ended. */
  readonly fireLog: FireLog;
  /** What is recorded about requests to scripts; empty for ever when nothing is. */
  readonly recorder: Recorder;
  /** What happened to sockets. */
  readonly sockets: SocketCounts;
  /** How often limits of the settings were reached. */
  readonly limits: () => LimitCounts;
  /** What the control API has refused because of one. */
  readonly controlRefusals: ControlRefusals;
  /** The metrics for Prometheus, loaded on first use: most servers have no one who asks. */
  readonly exporter: () => Promise<PrometheusExporter>;
  /** The parent of this process; null when nobody could start it again. */
  readonly restarts: Restarts | null;
  /** What shows OpenAPI documents in a browser. */
  readonly viewer: ScalarBuild;
  /** When this process started. */
  readonly startedAt: Date;
}

/** What runs now, as the control API sees it. */
export interface RunningExecutions {
  /** Executions that have not finished. */
  readonly size: number;
  /** Executions whose script runs, by where it is recorded. */
  countByScript(): ReadonlyMap<ScriptMetrics, number>;
  /** Those executions, oldest first. */
  list(): readonly RunningExecution[];
}

/** An execution that has not finished. */
export interface RunningExecution {
  readonly executionId: string;
  /** The script's route, `/users/[id]`. */
  readonly scriptPath: string;
  readonly hostname: string;
  readonly clientIp: string;
  readonly method: string;
  /** Path and query as received. */
  readonly url: string;
  readonly startedAt: Date;
}

/** What the engine keeps between requests and `cache/clear` may drop. */
export interface ExecutionCaches {
  /**
   * Drops compiled scripts, helper modules and the kept context of a deployment; running executions finish.
   *
   * @param deploymentKey `default/1`, or null for every deployment.
   * @returns Deployments that lost a context, and those that still have one.
   */
  clear(deploymentKey: string | null): { cleared: number; remaining: number };

  /** Keys of the deployments that have a kept context now. */
  keys(): readonly string[];
}
