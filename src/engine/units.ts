import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";
import { Compiler } from "../compiler/compiler.ts";
import type { Directives } from "../directives/table.ts";
import type { Installer } from "../packages/installer.ts";
import type { ScriptChange } from "../scripts/changes.ts";
import { isEnvironmentFile, readEnvironment } from "../scripts/environment.ts";
import type { SharedState } from "../state/shared-state.ts";
import { DeploymentState, type DeploymentStateOptions } from "./deployment-state.ts";
import { createConsole } from "./facade/console.ts";
import { createFrozenRealm, type FrozenRealm } from "./frozen-realm.ts";
import { createHostGuard } from "./host-realm.ts";
import { IdleCollector } from "./idle-collector.ts";
import { LoopTurns } from "./loop-turns.ts";
import { ModuleResolution } from "./module-resolution.ts";
import { explainMissing, PackageNeeds } from "./package-needs.ts";
import { ReadyContexts } from "./ready-contexts.ts";
import type { RunningMark } from "./running-mark.ts";
import { ScriptUnit } from "./script-unit.ts";
import { reportThrown } from "./thrown.ts";

/** What the units are made from. */
export interface UnitsOptions extends Pick<DeploymentStateOptions, "ai" | "readText" | "limits"> {
  /** Absolute scripts root. */
  readonly root: string;
  readonly log: Logger;
  readonly mark: RunningMark;
  readonly shared: SharedState;
  readonly cluster: Cluster;
  /** Variables of this process that scripts see. */
  readonly environment: Readonly<Record<string, string>>;
  readonly installer: Installer;
  /** Whether missing packages are installed. */
  readonly autoInstall: boolean;
  readonly compiledMax: number;
  /** Largest source of a script, in bytes. */
  readonly scriptBytesMax: number;
  readonly contextsReady: number;
  readonly deploymentsMax: number;
  readonly timeoutDefaultMs: number;
  /** Longest unbroken run of a loop of scripts without `@loop-limit`; 0 for none. */
  readonly loopLimitDefaultMs: number;
}

/**
 * Everything that is kept between requests to run scripts: compiled files, the frozen realm, ready contexts, and for
 * each deployment its scripts, helper modules, timers and kept context.
 */
export class Units implements Disposable {
  readonly compiler: Compiler;
  readonly loopTurns: LoopTurns;
  readonly #options: UnitsOptions;
  readonly #resolution: ModuleResolution;
  readonly #needs: PackageNeeds;
  readonly #readyContexts: ReadyContexts;
  readonly #collector = new IdleCollector();
  /** Undoes what scripts do to the built-ins of the server's realm. */
  readonly hostGuard = createHostGuard();
  readonly #deployments = new Map<string, DeploymentState>();
  #unitCount = 0;
  #frozenRealm: FrozenRealm | null = null;

  constructor(options: UnitsOptions) {
    this.#options = options;
    this.loopTurns = new LoopTurns(options.mark.loopCells);
    const { readText, compiledMax, scriptBytesMax, loopLimitDefaultMs } = options;
    this.compiler = new Compiler({
      readText,
      compiledMax,
      sourceBytesMax: scriptBytesMax,
      loopLimitDefaultMs,
      onCompiled: () => this.#collector.noteCompiled(),
    });
    const { root, installer, autoInstall } = options;
    this.#resolution = new ModuleResolution({
      root,
      explainMissing: (asked) => explainMissing(asked, autoInstall ? installer : null),
    });
    this.#needs = new PackageNeeds({
      compiler: this.compiler,
      resolution: this.#resolution,
      installer,
      isOn: autoInstall,
    });
    this.#readyContexts = new ReadyContexts(options.contextsReady, this.hostGuard);
  }

  /** An execution begins that had to wait: others have been at work since its request came. */
  begin(): void {
    this.loopTurns.begin();
    this.hostGuard.checkAgain();
  }

  /** Keys of the deployments with live state. */
  keys(): readonly string[] {
    return [...this.#deployments.keys()];
  }

  /** Let go of because there were too many. */
  readonly evicted = { deployments: 0, scripts: 0 };

  /** Keys of the deployments that were called last, the latest first. */
  lastUsed(countMax: number): string[] {
    const states = [...this.#deployments.values()].sort((one, other) => other.lastUse - one.lastUse);
    return states.slice(0, countMax).map(({ key }) => key);
  }

  /** The unit of a script in a deployment; made on first use. */
  unitOf(deploymentKey: string, file: string): ScriptUnit {
    const state = this.#stateOf(deploymentKey);
    const known = state.units.get(file);
    if (known) return known;
    if (this.#unitCount >= this.#options.compiledMax) this.#evictUnit();
    const targets = {
      compiler: this.compiler,
      frozenRealm: () => this.#realm(),
      readyContexts: this.#readyContexts,
      hostGuard: this.hostGuard,
    };
    const { mark, timeoutDefaultMs } = this.#options;
    const unit = new ScriptUnit(file, state, { targets, mark, needs: this.#needs, timeoutDefaultMs });
    state.units.set(file, unit);
    this.#unitCount++;
    return unit;
  }

  /** What a file declares, whether or not it compiles; null when it is gone or cannot be read. */
  declaredBy(file: string): Directives | null {
    try {
      return this.compiler.directivesOf(file)?.effective ?? null;
    } catch {
      return null; // Why it cannot be read is told by whoever tries to load it.
    }
  }

  /** Makes whatever depends on a changed file load again on its next use. */
  apply(change: ScriptChange): void {
    switch (change.kind) {
      case "reset":
        this.compiler.markAllStale();
        for (const state of this.#deployments.values()) state.modules.clear();
        this.#reviewSockets(change);
        return this.#invalidateAll();
      case "written":
      case "removed":
        this.compiler.markStale(change.file);
        if (isEnvironmentFile(change.file)) return this.#invalidateAll();
        this.#reviewSockets(change);
        if (change.kind === "removed") return this.#forgetBelow(change.file);
        for (const state of this.#deployments.values()) {
          const stale = state.modules.invalidate(change.file);
          for (const unit of state.units.values())
            if (unit.dependsOn((file) => stale.has(file))) unit.invalidate();
        }
        return;
      default:
        return change satisfies never;
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
    for (const key of keys) {
      const state = this.#deployments.get(key);
      if (state === undefined) continue;
      // Also scripts that it takes from directories of several deployments start from the disk again.
      for (const file of state.units.keys()) this.compiler.markStale(file);
      this.#drop(state);
      cleared++;
    }
    if (deploymentKey === null) this.compiler.clearWhere(() => true);
    return { cleared, remaining: this.#deployments.size };
  }

  [Symbol.dispose](): void {
    this.clear(null);
    this.#readyContexts[Symbol.dispose]();
    this.#collector[Symbol.dispose]();
    this.loopTurns[Symbol.dispose]();
  }

  #stateOf(key: string): DeploymentState {
    const known = this.#deployments.get(key);
    if (known) return known;
    if (this.#deployments.size >= this.#options.deploymentsMax) this.#evict();
    const { root, log, mark, readText, limits, environment, ai } = this.#options;
    const state = new DeploymentState({
      key,
      root,
      mark,
      compiler: this.compiler,
      resolution: this.#resolution,
      needs: this.#needs,
      hostGuard: this.hostGuard,
      readText,
      readEnvironment: (file) => ({ ...environment, ...readEnvironment(root, file) }),
      limits,
      loopTurns: this.loopTurns,
      ai,
      updateState: (name, update) =>
        this.#options.cluster.updateState({ deploymentKey: key, key: name, update }),
      report: (error, deployment) => this.#reportBackground(error, deployment),
      console: (file) =>
        createConsole((level, text) => log[level]({ script: file }, text())) as unknown as Console,
    });
    this.#deployments.set(key, state);
    return state;
  }

  /** The least recently used idle deployment goes, with its shared state (script-runtime.md §9). */
  #evict(): void {
    let oldest: DeploymentState | null = null;
    for (const state of this.#deployments.values()) {
      if (state.isIdle && (oldest === null || state.lastUse < oldest.lastUse)) oldest = state;
    }
    if (oldest === null) return; // All of them are at work: for once there is one more.
    this.#drop(oldest);
    this.#options.shared.drop(oldest.key);
    this.evicted.deployments++;
  }

  #evictUnit(): void {
    for (const state of this.#deployments.values()) {
      const unit = state.units.values().next().value;
      if (unit === undefined) continue;
      this.#dropUnit(unit);
      this.evicted.scripts++;
      return;
    }
  }

  #dropUnit(unit: ScriptUnit): void {
    unit.retire();
    if (unit.state.units.delete(unit.file)) this.#unitCount--;
  }

  #drop(state: DeploymentState): void {
    this.#deployments.delete(state.key);
    this.#unitCount -= state.units.size;
    state.retire();
  }

  /** The disk does not say whether a file or a directory is gone. */
  #forgetBelow(path: string): void {
    const isBelow = (file: string) => file === path || file.startsWith(`${path}/`);
    for (const state of this.#deployments.values()) {
      const stale = state.modules.invalidateWhere(isBelow);
      for (const unit of state.units.values()) {
        if (isBelow(unit.file)) this.#dropUnit(unit);
        else if (unit.dependsOn((file) => stale.has(file) || isBelow(file))) unit.invalidate();
      }
    }
    this.compiler.clearWhere(isBelow);
  }

  /** A new version serves new sockets only; one that takes no sockets has none. */
  #reviewSockets(change: ScriptChange): void {
    for (const { hubs } of this.#deployments.values()) {
      hubs.review((file) => {
        const isMeant =
          change.kind === "reset" ||
          file === change.file ||
          (change.kind === "removed" && file.startsWith(`${change.file}/`));
        if (!isMeant) return undefined;
        // A file that is there and cannot be read, or does not compile, is being worked on.
        return this.declaredBy(file) ?? (change.kind === "written" ? undefined : null);
      });
    }
  }

  #invalidateAll(): void {
    for (const state of this.#deployments.values())
      for (const unit of state.units.values()) unit.invalidate();
  }

  #realm(): FrozenRealm {
    if (this.#frozenRealm?.openSlots.isDamaged) {
      this.#frozenRealm = null;
      this.#invalidateAll();
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
