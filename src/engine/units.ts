import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";
import { Compiler } from "../compiler/compiler.ts";
import type { ScriptChange } from "../scripts/changes.ts";
import { isEnvironmentFile, readEnvironment } from "../scripts/environment.ts";
import type { SharedState } from "../state/shared-state.ts";
import { DeploymentState } from "./deployment-state.ts";
import { createConsole } from "./facade/console.ts";
import { createFrozenRealm, type FrozenRealm } from "./frozen-realm.ts";
import { createHostGuard } from "./host-realm.ts";
import { IdleCollector } from "./idle-collector.ts";
import { ModuleResolution } from "./module-resolution.ts";
import { ReadyContexts } from "./ready-contexts.ts";
import { ScriptUnit } from "./script-unit.ts";
import { reportThrown } from "./thrown.ts";

/** What the units are made from. */
export interface UnitsOptions {
  /** Absolute scripts root. */
  readonly root: string;
  readonly log: Logger;
  readonly shared: SharedState;
  readonly cluster: Cluster;
  /** Reads a file below the scripts root; null when it is absent. */
  readonly readText: (file: string) => string | null;
  /** Variables of this process that scripts see. */
  readonly environment: Readonly<Record<string, string>>;
  readonly compiledMax: number;
  readonly contextsReady: number;
  readonly deploymentsMax: number;
  readonly timersMax: number;
  readonly timeoutDefaultMs: number;
}

/**
 * Everything that is kept between requests to run scripts: compiled files, the frozen realm, ready contexts, and for
 * each deployment its scripts, helper modules, timers and kept context.
 */
export class Units implements Disposable {
  readonly compiler: Compiler;
  readonly #options: UnitsOptions;
  readonly #resolution: ModuleResolution;
  readonly #readyContexts: ReadyContexts;
  readonly #collector = new IdleCollector();
  readonly #hostGuard = createHostGuard();
  /** In order of last use; the front goes first. */
  readonly #deployments = new Map<string, DeploymentState>();
  readonly #units = new Map<string, ScriptUnit>();
  #frozenRealm: FrozenRealm | null = null;

  constructor(options: UnitsOptions) {
    this.#options = options;
    const { readText, compiledMax } = options;
    this.compiler = new Compiler({
      readText,
      compiledMax,
      onCompiled: () => this.#collector.noteCompiled(),
    });
    this.#resolution = new ModuleResolution(options.root);
    this.#readyContexts = new ReadyContexts(options.contextsReady);
  }

  /** Deployments with live state. */
  count(): number {
    return this.#deployments.size;
  }

  /** The unit of a script in a deployment; made on first use. */
  unitOf(deploymentKey: string, file: string): ScriptUnit {
    const key = `${deploymentKey}:${file}`;
    const known = this.#units.get(key);
    if (known) return known;
    const targets = {
      compiler: this.compiler,
      frozenRealm: () => this.#realm(),
      readyContexts: this.#readyContexts,
      hostGuard: this.#hostGuard,
    };
    const unit = new ScriptUnit(file, this.#stateOf(deploymentKey), {
      targets,
      timeoutDefaultMs: this.#options.timeoutDefaultMs,
    });
    this.#units.set(key, unit);
    return unit;
  }

  /** Makes whatever depends on a changed file load again on its next use. */
  apply(change: ScriptChange): void {
    if (change.kind === "reset") {
      this.compiler.markAllStale();
      for (const state of this.#deployments.values()) state.modules.clear();
      for (const unit of this.#units.values()) unit.invalidate();
      return;
    }
    const { file } = change;
    this.compiler.markStale(file);
    if (isEnvironmentFile(file)) {
      for (const unit of this.#units.values()) unit.invalidate();
      return;
    }
    if (change.kind === "removed") return this.#forgetBelow(file);
    const stale = new Map<DeploymentState, ReadonlySet<string>>();
    for (const state of this.#deployments.values()) stale.set(state, state.modules.invalidate(file));
    for (const unit of this.#units.values()) {
      const files = stale.get(unit.state);
      if (unit.file === file || dependsOn(unit, files)) unit.invalidate();
    }
  }

  /**
   * Drops compiled scripts, helper modules and the kept context of one deployment, or of all.
   *
   * @returns Deployments dropped, and those that remain.
   */
  clear(deploymentKey: string | null): { cleared: number; remaining: number } {
    const keys = deploymentKey === null ? [...this.#deployments.keys()] : [deploymentKey];
    let cleared = 0;
    for (const key of keys) if (this.#drop(key)) cleared++;
    if (deploymentKey === null) this.compiler.clear();
    else this.compiler.clear(`${deploymentKey}/`);
    return { cleared, remaining: this.#deployments.size };
  }

  [Symbol.dispose](): void {
    this.clear(null);
    this.#readyContexts[Symbol.dispose]();
    this.#collector[Symbol.dispose]();
  }

  #stateOf(key: string): DeploymentState {
    const known = this.#deployments.get(key);
    if (known) {
      this.#deployments.delete(key);
      this.#deployments.set(key, known);
      return known;
    }
    const { root, readText, timersMax, environment } = this.#options;
    const state = new DeploymentState({
      key,
      root,
      compiler: this.compiler,
      resolution: this.#resolution,
      hostGuard: this.#hostGuard,
      readText,
      readEnvironment: (file) => ({ ...environment, ...readEnvironment(root, file) }),
      timersMax,
      updateState: (name, update) =>
        this.#options.cluster.updateState({ deploymentKey: key, key: name, update }),
      report: (error, deployment) => this.#reportBackground(error, deployment),
      console: (file) => createConsole((level, text) => this.#options.log[level]({ script: file }, text())),
    });
    this.#deployments.set(key, state);
    if (this.#deployments.size > this.#options.deploymentsMax) this.#evict();
    return state;
  }

  /** The least recently used deployment goes, with its shared state (script-runtime.md §9). */
  #evict(): void {
    const oldest = this.#deployments.keys().next().value;
    if (oldest === undefined) return;
    this.#drop(oldest);
    this.#options.shared.drop(oldest);
  }

  #drop(key: string): boolean {
    const state = this.#deployments.get(key);
    if (state === undefined) return false;
    this.#deployments.delete(key);
    for (const [name, unit] of this.#units) {
      if (unit.state !== state) continue;
      unit.retire();
      this.#units.delete(name);
    }
    state[Symbol.dispose]();
    return true;
  }

  /** The disk does not say whether a file or a directory is gone. */
  #forgetBelow(path: string): void {
    const isBelow = (file: string) => file === path || file.startsWith(`${path}/`);
    for (const state of this.#deployments.values()) state.modules.invalidateWhere(isBelow);
    for (const unit of this.#units.values()) {
      const dependencies = unit.loaded?.linked.dependencies;
      if (isBelow(unit.file) || (dependencies && [...dependencies].some(isBelow))) unit.invalidate();
    }
    this.compiler.clear(path);
  }

  #realm(): FrozenRealm {
    if (this.#frozenRealm?.openSlots.isDamaged) {
      this.#frozenRealm = null;
      for (const unit of this.#units.values()) unit.invalidate();
    }
    this.#frozenRealm ??= createFrozenRealm();
    return this.#frozenRealm;
  }

  #reportBackground(error: unknown, deployment: string): void {
    const { root, log } = this.#options;
    const report = reportThrown(error, { fallback: deployment, lookup: this.compiler.unitOf, root });
    log.error({ ...report, deployment }, "A timer of a script failed");
  }
}

function dependsOn(unit: ScriptUnit, files: ReadonlySet<string> | undefined): boolean {
  const dependencies = unit.loaded?.linked.dependencies;
  if (files === undefined || dependencies === undefined) return false;
  for (const file of files) if (dependencies.has(file)) return true;
  return false;
}
