import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { keepTokensFromScript } from "./access/script-requests.ts";
import { Tokens } from "./access/tokens.ts";
import { Ai } from "./ai/ai.ts";
import { containerTag } from "./ai/provider.ts";
import { SystemPrompts } from "./ai/system-prompts.ts";
import type { Api } from "./api/register.ts";
import { type Clock, systemClock } from "./base/clock.ts";
import { lazily } from "./base/lazily.ts";
import { codeOf } from "./base/system-error.ts";
import { SingleNode } from "./cluster/single-node.ts";
import type { Config } from "./config/load.ts";
import { isControlUrl } from "./dispatch.ts";
import { ActiveExecutions } from "./engine/active.ts";
import { closeShown } from "./engine/ai-names.ts";
import { DeploymentRefusals } from "./engine/deployment-limits.ts";
import { Engine } from "./engine/engine.ts";
import { toEngineSettings } from "./engine/engine-options.ts";
import type { RequestServer } from "./engine/execution.ts";
import { ExecutionLogs } from "./engine/execution-logs.ts";
import { closeHostRealm } from "./engine/host-realm.ts";
import { keepOpenLong, whileOpen } from "./engine/idle.ts";
import type { Invoker } from "./engine/invoke.ts";
import { readLimitCounts } from "./engine/limit-counts.ts";
import { RunningMark } from "./engine/running-mark.ts";
import { SocketCounters } from "./engine/sockets/counters.ts";
import { Units } from "./engine/units.ts";
import { toErrorResponse } from "./errors/envelope.ts";
import { ExecError } from "./errors/exec-error.ts";
import { normalizeError } from "./errors/normalize.ts";
import { EventBus } from "./events/bus.ts";
import { LogFiles } from "./logs/files.ts";
import { LogFollowers } from "./logs/followers.ts";
import { LogRotator } from "./logs/rotator.ts";
import { LogSearch } from "./logs/search.ts";
import { ControlRefusals } from "./metrics/limits.ts";
import type { PrometheusExporter, PrometheusSources } from "./metrics/prometheus.ts";
import { Recorder } from "./metrics/recorder.ts";
import { BunCommand } from "./packages/command.ts";
import { Installer } from "./packages/installer.ts";
import { PackageJobs } from "./packages/package-jobs.ts";
import { PackageResolver } from "./packages/resolver.ts";
import type { Restarts } from "./process/restarts.ts";
import { RouteTable } from "./routing/route-table.ts";
import { createSchedules } from "./schedules/create.ts";
import { ScriptChanges } from "./scripts/changes.ts";
import { toDeployment } from "./scripts/deployment.ts";
import { LeftoverSweep } from "./scripts/leftover-sweep.ts";
import { ScriptStore } from "./scripts/store.ts";
import { ScriptWatcher } from "./scripts/watcher.ts";
import { Sdks } from "./sdk/sdks.ts";
import type { Services } from "./services.ts";
import { SharedState } from "./state/shared-state.ts";
import { Supervisor } from "./supervisor/supervisor.ts";
import { TemplateCatalog } from "./templates/catalog.ts";
import { ScalarBuild } from "./viewer/scalar-build.ts";

/** What a program or a test decides about an app besides its settings. */
export interface AppPorts {
  readonly log: Logger;
  readonly clock?: Clock;
  /** Variables that scripts see as `process.env`, before those of their own files. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it is noted whose code runs; in memory of its own when left out. */
  readonly mark?: RunningMark;
  /** The parent that can replace this process; null or left out for none. */
  readonly restarts?: Restarts | null;
}

/** A running app without a socket. */
export interface App extends AsyncDisposable {
  readonly services: Services;
  readonly engine: Engine;
  /** Ends the streams of the control API: their clients come back to the next server. */
  closeStreams(): void;
  /** Answers one request of either plane. Never rejects. */
  fetch(request: Request, server: RequestServer): Response | Promise<Response>;
}

/** Composition root: builds every service in the order of the layers; a failure half-way releases what was built. */
export async function createApp(config: Config, ports: AppPorts): Promise<App> {
  await using building = new AsyncDisposableStack();
  const { log, clock = systemClock, environment = {}, mark = new RunningMark(), restarts = null } = ports;
  closeHostRealm();

  const root = config.scriptsDir;
  const node = hostname();
  const events = new EventBus({ clock, node, queueMax: config.eventQueueMax });
  const changes = new ScriptChanges();
  const scripts = new ScriptStore({ root, changes });
  const routes = new RouteTable({ root });
  const shared = new SharedState({ bytesMax: config.sharedStateMax });
  const cluster = new SingleNode((key) => shared.of(key));
  const packages = new PackageResolver({ root });
  const installer = building.use(
    new Installer({
      root,
      packages,
      command: new BunCommand({ directory: root, environment }),
      clock,
      events,
      log,
      timeoutMs: config.registryTimeout,
      queueMax: config.installQueueMax,
    }),
  );
  await installer.recover();
  const readScriptText = (file: string) => readText(join(root, file));
  const prompts = new SystemPrompts(readScriptText);
  const ai = new Ai({
    baseUrl: config.aiUrl,
    defaultModel: config.aiDefaultModel,
    key: config.aiKey ?? containerTag(node),
    prompts,
    log,
    close: closeShown,
  });
  const owner = restarts?.owner ?? Promise.resolve();
  const logs = building.use(
    new LogFiles({
      root: config.logsDir,
      clock,
      log,
      bufferBytesMax: config.logBufferMax,
      fileBytesMax: config.logFileMax,
      filesKept: config.logFilesKept,
      owner,
    }),
  );
  const logFollowers = building.use(new LogFollowers(logs, clock, { countMax: config.logFollowersMax }));
  const logSearch = building.use(new LogSearch(config));
  const refusals = new DeploymentRefusals();
  const active = building.use(new ActiveExecutions(clock, mark));
  const units = building.use(
    new Units({
      ...{ root, log, mark, shared, cluster, environment },
      readText: readScriptText,
      ai,
      installer,
      autoInstall: config.autoInstall,
      compiledMax: config.compiledMax,
      scriptBytesMax: config.scriptSizeMax,
      contextsReady: config.contextsReady,
      deploymentsMax: config.vmCacheCap,
      limits: { timersMax: config.timersMax, listenersMax: config.listenersMax, refusals },
      timeoutDefaultMs: config.timeoutDefault,
      loopLimitDefaultMs: config.loopLimit,
    }),
  );
  const recorder = new Recorder({ clock, scriptsMax: config.metricsScriptsCap });
  const sockets = new SocketCounters();
  const supervisor = building.use(new Supervisor({ log }));
  // The first to hear of changes: it must know what we wrote before anybody reads it.
  supervisor.start(new ScriptWatcher({ root, changes, log }));
  changes.subscribe((change) => routes.apply(change));
  changes.subscribe((change) => change.kind === "reset" || installer.noteChange(change.file));
  changes.subscribe((change) => units.apply(change));
  changes.subscribe((change) => prompts.apply(change));
  supervisor.start(new LeftoverSweep({ root, log }));
  const invoke: Invoker["invoke"] = (invocation) => engine.invoker.invoke(invocation);
  const { schedules, fireLog } = createSchedules(config, { clock, log, events, node, restarts, invoke });
  building.use(schedules);
  changes.subscribe((change) => schedules.apply(change));
  supervisor.start(schedules);
  supervisor.start(
    new LogRotator({
      files: logs,
      clock,
      log,
      owner,
      filesKept: config.logFilesKept,
      scripts: () => routes.scripts(),
      scriptsOf: ({ subdomain, execId }) => routes.scriptsOf(toDeployment(subdomain, execId)),
      sourceOf: (file) => readText(join(root, file)),
    }),
  );
  routes.rebuild();

  const startedAt = clock.now();
  const control = new ControlRefusals();
  const limits = () =>
    readLimitCounts({ control, engine, events, installer, logFollowers, logs, recorder, refusals, units });
  const services: Services = {
    config,
    clock,
    log,
    events,
    tokens: new Tokens(config.apiTokens),
    scripts,
    routes,
    shared,
    packages,
    installer,
    packageJobs: new PackageJobs({ installer, events, log }),
    templates: new TemplateCatalog({
      scripts,
      log,
      countMax: config.templatesMax,
      sizeMax: config.templateSizeMax,
    }),
    sdks: new Sdks(config, { scripts, clock, log }),
    logs,
    logFollowers,
    logSearch,
    caches: units,
    sources: units.compiler.sources,
    executions: active,
    schedules,
    fireLog,
    recorder,
    sockets,
    limits,
    controlRefusals: control,
    exporter: lazily(() => loadExporter({ recorder, limits, startedAt })),
    restarts,
    viewer: building.use(new ScalarBuild()),
    startedAt,
  };
  const engine = building.use(
    new Engine(
      {
        ...{ ai, clock, log, routes, shared, units, active, mark, sockets },
        logs: new ExecutionLogs(logs, clock),
        recorder: config.metricsScriptsCap === 0 ? null : recorder,
      },
      toEngineSettings(config),
    ),
  );
  const api = lazily(() => loadApi(services));
  const owned = building.move();
  const { hostGuard } = units;
  const answer: App["fetch"] = (request, server) => {
    mark.begin();
    const startedMs = clock.monotonicMs();
    hostGuard.check(startedMs);
    const { url } = request;
    const known = engine.fetchKnown(request, server, url, startedMs);
    if (known !== null) return known;
    if (!isControlUrl(url)) return engine.fetch({ request, server, url, startedMs });
    const connection = {
      peerIp: server.requestIP(request)?.address ?? "",
      whileOpen: <T>(wait: Promise<T>) => whileOpen(request, server, wait),
      keepOpen: () => keepOpenLong(request, server),
    };
    return api().then(
      (loaded) => loaded.fetch(request, connection),
      (cause) => toErrorResponse(new ExecError("internal", undefined, { cause }), clock.now()),
    );
  };
  return {
    services,
    engine,
    closeStreams: () => logFollowers.closeAll(),
    // Without tokens there is nothing to keep from scripts, and their requests pay nothing for it.
    fetch: services.tokens.isEmpty ? answer : keepingTokens(services, answer),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The same for requests to scripts without what of the control API's tokens came with them. */
function keepingTokens({ tokens, clock }: Services, answer: App["fetch"]): App["fetch"] {
  return (request, server) => {
    const { url } = request;
    if (isControlUrl(url)) return answer(request, server);
    try {
      keepTokensFromScript(request, url, tokens);
    } catch (thrown) {
      return toErrorResponse(normalizeError(thrown), clock.now());
    }
    return answer(request, server);
  };
}

/** Loaded on first use: what the control plane brings along would double the pauses of the data plane's heap. */
async function loadApi(services: Services): Promise<Api> {
  const [{ OPERATIONS }, { createApi }] = await Promise.all([
    import("./api/operations.ts"),
    import("./api/register.ts"),
  ]);
  return createApi(OPERATIONS, services);
}

async function loadExporter(sources: PrometheusSources): Promise<PrometheusExporter> {
  const { PrometheusExporter } = await import("./metrics/prometheus.ts");
  return new PrometheusExporter(sources);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(codeOf(error))) return null;
    throw error;
  }
}
