import { dirname, join } from "node:path";
import vm from "node:vm";
import type { Ai } from "../ai/ai.ts";
import type { CompiledScript, Compiler } from "../compiler/compiler.ts";
import { aiMakers, usesAi } from "./ai-names.ts";
import { guardDefiners } from "./definers.ts";
import type { DeploymentLimits, DeploymentRefusals } from "./deployment-limits.ts";
import { createBun } from "./facade/bun.ts";
import { createProcess } from "./facade/process.ts";
import type { PrintLine } from "./facade/std-streams.ts";
import { hideLoopGuards } from "./function-text.ts";
import { hostGlobals, INJECTED_MODULES, loadHostModule } from "./globals.ts";
import { harden } from "./harden.ts";
import type { HostGuard } from "./host-guard.ts";
import { closeHeld } from "./host-realm.ts";
import { ScriptListeners } from "./listeners.ts";
import { createLoopSites } from "./loop-limit.ts";
import type { LoopTurns } from "./loop-turns.ts";
import type { ModuleResolution } from "./module-resolution.ts";
import { viewOf } from "./module-views.ts";
import { DeploymentModules, type Importer } from "./modules.ts";
import type { PackageNeeds } from "./package-needs.ts";
import { IDENTITY_NAMES, MAKE_HAS_INSTANCE, shareIdentity } from "./realm-identity.ts";
import type { RunningMark } from "./running-mark.ts";
import type { ScriptUnit } from "./script-unit.ts";
import { DeploymentHubs } from "./sockets/deployment-hubs.ts";
import { ScriptTimers } from "./timers.ts";

type Environment = Readonly<Record<string, string>>;

/** What a deployment's state is made of. */
export interface DeploymentStateOptions {
  readonly key: string;
  readonly root: string;
  readonly mark: RunningMark;
  readonly compiler: Compiler;
  readonly resolution: ModuleResolution;
  readonly needs: PackageNeeds;
  readonly hostGuard: HostGuard;
  readonly readText: (file: string) => string | null;
  /** Variables of a script: the process's and those of its companion files. */
  readonly readEnvironment: (file: string) => Readonly<Record<string, string>>;
  readonly limits: DeploymentLimits;
  readonly loopTurns: LoopTurns;
  readonly ai: Ai;
  /** Compare-and-set on a top-level key of the deployment's shared state. */
  readonly updateState: (key: string, update: (current: unknown) => unknown) => Promise<unknown>;
  /** Is told what a timer of this deployment threw. */
  readonly report: (error: unknown, deploymentKey: string) => void;
  /** `console` of what belongs to no execution: helper modules, and the outputs of a file's `process`. */
  readonly console: (file: string) => Pick<Console, "info" | "error">;
}

/**
 * What one deployment keeps between requests: its context for worker scripts and helper modules, its helper modules,
 * its timers and listeners.
 */
export class DeploymentState implements Disposable {
  readonly key: string;
  readonly modules: DeploymentModules;
  readonly timers: ScriptTimers;
  readonly listeners: ScriptListeners;
  readonly refusals: DeploymentRefusals;
  /** Its scripts, by file. */
  readonly units = new Map<string, ScriptUnit>();
  /** Whether one of its helper modules calls a language model, for the scripts that import helpers. */
  hasAiHelper = false;
  /** Its open sockets. */
  readonly hubs: DeploymentHubs = new DeploymentHubs(this);
  /** Grows from request to request over all deployments; the smallest was not used for longest. */
  lastUse = 0;
  readonly #options: DeploymentStateOptions;
  #context: vm.Context | null = null;
  #running = 0;
  #isRetired = false;

  constructor(options: DeploymentStateOptions) {
    this.key = options.key;
    this.#options = options;
    const { timersMax, listenersMax, refusals } = options.limits;
    this.refusals = refusals;
    this.timers = new ScriptTimers({
      mark: options.mark,
      place: options.mark.placeOf(options.key),
      pendingMax: timersMax,
      onRefused: () => refusals.timers++,
      onFired: () => options.hostGuard.note(),
      report: (error) => options.report(error, options.key),
    });
    this.listeners = new ScriptListeners({
      openMax: listenersMax,
      onRefused: () => refusals.listeners++,
    });
    this.modules = new DeploymentModules({
      root: options.root,
      compiler: options.compiler,
      readText: options.readText,
      resolution: options.resolution,
      needs: options.needs,
      hostGuard: options.hostGuard,
      context: () => this.context,
      process: (file, sealed) => this.#processOf(file, sealed, this.#envOf(file, sealed)),
      bun: (file, sealed) => this.#bunOf(file, sealed, this.#envOf(file, sealed)),
      linkValues: (compiled, require) => {
        if (usesAi(compiled)) this.#noteAiHelper();
        const injected = this.injectedFor(compiled, { require, load: null }, false);
        return { ...injected, console: options.console(compiled.file) };
      },
    });
  }

  /** Whether none of its executions waits for anything, and none of its sockets is open. */
  get isIdle(): boolean {
    return this.#running === 0;
  }

  /** Tells that an execution goes on; `end` must follow. */
  begin(): void {
    this.#running++;
  }

  /** Tells that an execution is over. */
  end(): void {
    this.#running--;
    if (this.#isRetired && this.#running === 0) this[Symbol.dispose]();
  }

  /** A Set of the kept context. */
  createSet<T>(): Set<T> {
    return vm.runInContext("new Set()", this.context) as Set<T>;
  }

  /** Lets go of it: no new request finds it, those that run keep their timers until they are over. */
  retire(): void {
    if (this.#isRetired) return;
    this.hubs.closeAll("The deployment was let go of");
    this.#isRetired = true;
    for (const unit of this.units.values()) unit.retire();
    this.units.clear();
    if (this.isIdle) this[Symbol.dispose]();
  }

  /** The kept context of worker scripts and helper modules. */
  get context(): vm.Context {
    if (this.#context !== null) return this.#context;
    this.#context = createScriptContext({ ...this.timers.functions }, { shareIdentities: true });
    guardDefiners(this.#context, { isKept: true });
    hideLoopGuards(this.#context);
    return this.#context;
  }

  /**
   * Values of the names that are injected into a file, for those that it uses.
   *
   * @param sealed Whether the file's runs share them, so that writes must not stay.
   */
  injectedFor(
    compiled: CompiledScript,
    importer: Pick<Importer, "require"> & { readonly load: Importer["load"] | null },
    sealed: boolean,
  ): Record<string, unknown> {
    const { file, prepared } = compiled;
    const absolute = join(this.#options.root, file);
    let env: Environment | null = null;
    const envOnce = () => (env ??= this.#envOf(file, sealed));
    const makers: Record<string, () => unknown> = {
      require: () => importer.require,
      $$load: () => importer.load,
      $importMeta: () => importMeta(absolute, importer.require),
      __filename: () => absolute,
      __dirname: () => dirname(absolute),
      process: () => this.#processOf(file, sealed, envOnce()),
      Bun: () => this.#bunOf(file, sealed, envOnce()),
      $: () => closed(Bun.$),
      state: () => Object.freeze({ update: harden(this.#options.updateState) }),
      ...injectedMakers(sealed),
      ...(usesAi(compiled) ? aiMakers(this.#options.ai, compiled) : {}),
    };
    const guards = prepared.guards;
    if (guards !== null) makers[guards.sites] = () => createLoopSites(compiled, this.#options.loopTurns);
    const values: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(this.timers.functions)) {
      if (prepared.freeNames.has(name)) values[name] = value;
    }
    // Nobody knows what text for `eval` names.
    const isUsed = (name: string) => prepared.freeNames.has(name) || prepared.freeNames.has("eval");
    for (const [name, make] of Object.entries(makers)) if (isUsed(name)) values[name] = make();
    return values;
  }

  /** Scripts are loaded once more: from then on the calls of a helper end with the request that makes them. */
  #noteAiHelper(): void {
    if (this.hasAiHelper) return;
    this.hasAiHelper = true;
    for (const unit of this.units.values()) unit.invalidate();
  }

  /** One for `process` and `Bun`, as with the runtime; a script's writes stay in it. */
  #envOf(file: string, sealed: boolean): Environment {
    const env = { ...this.#options.readEnvironment(file) };
    return sealed ? Object.freeze(env) : env;
  }

  #bunOf(file: string, sealed: boolean, env: Environment): typeof Bun {
    const { listeners } = this;
    return createBun(env, { file: join(this.#options.root, file), sealed, listeners });
  }

  #processOf(file: string, sealed: boolean, env: Environment): NodeJS.Process {
    const { root, console } = this.#options;
    const print: PrintLine = (level, text) => console(file)[level](text);
    return createProcess(env, { file: join(root, file), sealed, print });
  }

  [Symbol.dispose](): void {
    this.timers[Symbol.dispose]();
    this.listeners[Symbol.dispose]();
    this.modules.clear();
    this.#context = null;
  }
}

/**
 * A context with the runtime's globals.
 *
 * @param extra Further globals, of the deployment.
 * @param options.shareIdentities Whether `instanceof` must agree with other realms; it costs as much as the context.
 */
export function createScriptContext(
  extra: Readonly<Record<string, unknown>>,
  options: { readonly shareIdentities: boolean },
): vm.Context {
  const context = vm.createContext({ ...hostGlobals(), ...extra });
  context["global"] = context["self"] = vm.runInContext("globalThis", context);
  if (options.shareIdentities) shareContextIdentity(context);
  return context;
}

/** Makes `instanceof` in a context agree with the other realms. */
export function shareContextIdentity(context: vm.Context): void {
  const [identities, make] = vm.runInContext(IDENTITIES, context);
  shareIdentity(identities, make);
}

const IDENTITIES = `[{ ${IDENTITY_NAMES.join(", ")} }, ${MAKE_HAS_INSTANCE}]`;

function injectedMakers(sealed: boolean): Record<string, () => unknown> {
  const rows = Object.entries(INJECTED_MODULES).map(([name, { module, member }]) => {
    const make = () => {
      const loaded = loadHostModule(module) as Record<string, unknown>;
      return member === undefined ? viewOf(module, loaded, sealed) : closed(loaded[member]);
    };
    return [name, make] as const;
  });
  return Object.fromEntries(rows);
}

function closed<T>(value: T): T {
  closeHeld(value);
  return value;
}

function importMeta(absolute: string, require: NodeJS.Require): object {
  const resolve = harden((specifier: string) => require.resolve(specifier));
  return Object.freeze({
    url: Bun.pathToFileURL(absolute).href,
    path: absolute,
    filename: absolute,
    file: absolute.slice(absolute.lastIndexOf("/") + 1),
    dir: dirname(absolute),
    dirname: dirname(absolute),
    main: false,
    require,
    resolve,
  });
}
