import type { SettingName } from "../config/settings.ts";
import type { EventBus } from "../events/bus.ts";
import type { LogFiles } from "../logs/files.ts";
import type { LogFollowers } from "../logs/followers.ts";
import type { ControlRefusals, LimitCounts } from "../metrics/limits.ts";
import type { Recorder } from "../metrics/recorder.ts";
import type { Installer } from "../packages/installer.ts";
import type { DeploymentRefusals } from "./deployment-limits.ts";
import type { Engine } from "./engine.ts";
import type { Units } from "./units.ts";

/** Whoever keeps a limit of the settings. */
export interface LimitKeepers {
  readonly control: ControlRefusals;
  readonly engine: Engine;
  readonly events: EventBus;
  readonly installer: Installer;
  readonly logFollowers: LogFollowers;
  readonly logs: LogFiles;
  readonly recorder: Recorder;
  readonly refusals: DeploymentRefusals;
  readonly units: Units;
}

/** What was refused or given up since the start because a limit was reached, by the setting that says how much. */
export function readLimitCounts(keepers: LimitKeepers): LimitCounts {
  const { control, engine, events, installer, logFollowers, logs, recorder, refusals, units } = keepers;
  const { counters } = engine.sockets;
  return {
    refused: {
      bodiesMax: engine.bodies.refused,
      writeBufferMax: engine.writeLimit.refused,
      scriptSizeMax: units.compiler.sources.refused,
      queueMax: refusals.queue,
      timersMax: refusals.timers,
      listenersMax: refusals.listeners,
      installQueueMax: installer.refused,
      socketsMax: counters.refused,
      socketBacklogMax: counters.cutOff,
      eventQueueMax: events.dropped,
      logBufferMax: logs.lost,
      logFollowersMax: logFollowers.refused,
      metricsScriptsCap: recorder.scripts.dropped,
      ...control.counts,
      bodyMax: control.counts.bodyMax + engine.bodies.tooLarge,
    } satisfies Partial<Record<SettingName, number>>,
    givenUp: {
      vmCacheCap: units.evicted.deployments,
      compiledMax: units.evicted.scripts + units.compiler.evicted,
      urlCacheMax: engine.endpoints.evicted,
      metricsScriptsCap: recorder.scripts.evicted,
    } satisfies Partial<Record<SettingName, number>>,
  };
}
