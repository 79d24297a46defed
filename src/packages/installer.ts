import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import type { EventBus } from "../events/bus.ts";
import { refusalOf } from "./bundled.ts";
import type { CommandResult, PackageCommand } from "./command.ts";
import { FailureMemory } from "./failure-memory.ts";
import { reasonOf, withoutCredentials } from "./install-reason.ts";
import { InstallTurns, type Turn } from "./install-turns.ts";
import { type Group, Manifest, manifestMissing, PACKAGE_FILES } from "./manifest.ts";
import { ModulesDirectory } from "./modules-directory.ts";
import { isRange, type PackageSpec, satisfies, textOf } from "./package-spec.ts";
import type { PackageResolver } from "./resolver.ts";
import { lookAgain } from "./resolver-cache.ts";

/** How asking for a package ended. */
export type InstallOutcome =
  | {
      readonly kind: "installed" | "already-installed";
      readonly name: string;
      readonly version: string | null;
    }
  | { readonly kind: "failed"; readonly name: string; readonly reason: string };

/** One package, and how it is wanted. */
export interface PackageRequest {
  readonly spec: PackageSpec;
  /** Group of package.json; null leaves it where it is listed, and lists a new one in `dependencies`. */
  readonly group: Group | null;
  /** Whether package.json lists it afterwards. */
  readonly save: boolean;
  /** Whether it is installed again when it is there. */
  readonly force: boolean;
}

/** What the installer works with. */
export interface InstallerOptions {
  /** Absolute scripts root. */
  readonly root: string;
  readonly packages: PackageResolver;
  readonly command: PackageCommand;
  readonly clock: Clock;
  readonly events: Pick<EventBus, "emit">;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Longest install of one package, in milliseconds. */
  readonly timeoutMs: number;
  /** Packages that may wait for their turn. */
  readonly queueMax: number;
}

/**
 * Installs npm packages into the scripts root: one at a time, also when another server has the same scripts root, and
 * one install for all who wait for the same package.
 *
 * `package.json` never holds half of anything and lists only what is there: the package manager fills `node_modules`
 * without saving, then the range is written here as a whole, then the package manager brings its lock file up to date.
 * (Bun 1.4.5 itself truncates `package.json` and writes it in place.)
 */
export class Installer implements AsyncDisposable {
  /** The package.json that lists what is installed. */
  readonly manifest: Manifest;
  readonly #options: InstallerOptions;
  readonly #modules: ModulesDirectory;
  readonly #turns: InstallTurns;
  readonly #needed = new Map<string, Promise<InstallOutcome>>();
  readonly #failures: FailureMemory;

  constructor(options: InstallerOptions) {
    this.#options = options;
    this.manifest = new Manifest(options.root);
    this.#modules = new ModulesDirectory(options.root);
    this.#turns = new InstallTurns({ ...options, modules: this.#modules });
    this.#failures = new FailureMemory(options.clock);
  }

  /** Installs refused because too many were waiting. */
  get refused(): number {
    return this.#turns.refused;
  }

  /** Whether one more install would be refused now; then it counts as refused. */
  refuses(): boolean {
    return this.#turns.refuses();
  }

  /** Whether `node_modules` of the scripts root lacks a package. */
  isMissing(name: string): boolean {
    return !existsSync(join(this.#modules.path, name));
  }

  /** Why a package could not be installed the last time; null when it could, or when nobody has tried. */
  reasonOf(name: string): string | null {
    return this.#failures.reasonOf(name);
  }

  /**
   * Is told of each file below the scripts root that was changed. After a script, `package.json` or the settings of a
   * registry were saved, what has failed before may be tried again at once.
   */
  noteChange(file: string): void {
    if (!PACKAGE_FILES.includes(file) && !/\.[jt]s$/.test(file)) return;
    if (file === "package.json" && this.manifest.isOurs()) return;
    this.forgiveFailures();
  }

  /** Lets what has failed before be tried again at once, because somebody has changed what it depends on. */
  forgiveFailures(): void {
    this.#failures.forgive();
  }

  /** Undoes what a server has left that did not live to see the end of its install. */
  recover(): Promise<void> {
    return this.#turns.recover();
  }

  /** Installs a package unless it is there, or has failed a short while ago. Never rejects. */
  async ensure(name: string): Promise<InstallOutcome> {
    const reason = this.#failures.recentReasonOf(name);
    return reason === null ? this.install(name) : { kind: "failed", name, reason };
  }

  /** Installs a package that a script needs; whoever asks for it meanwhile waits for the same install. Never rejects. */
  install(name: string): Promise<InstallOutcome> {
    const running = this.#needed.get(name);
    if (running !== undefined) return running;
    const request = { spec: { name, range: null }, group: null, save: true, force: false };
    // Another install may have brought it along while this one waited.
    const outcome = this.#add(request, () => !this.isMissing(name)).then((each) => {
      this.#needed.delete(name);
      if (each.kind === "already-installed") return each;
      const failures = each.kind === "failed" ? { failures: [{ package: name, reason: each.reason }] } : {};
      this.#options.events.emit("system.packages_installed", {
        packages: [name],
        ok: each.kind === "installed",
        ...failures,
      });
      return each;
    });
    this.#needed.set(name, outcome);
    return outcome;
  }

  /** Installs a package as somebody wishes it, unless it is there like that. Never rejects. */
  add(request: PackageRequest): Promise<InstallOutcome> {
    return this.#add(request, () => this.#isThere(request));
  }

  /**
   * Installs all that package.json lists, and removes what nothing needs any more. Never rejects.
   *
   * @returns Why not; null when it went well.
   */
  async installListed({ force }: { readonly force: boolean }): Promise<string | null> {
    const ended = await this.#turns.run(async (turn) => {
      if (this.manifest.read() === null) throw manifestMissing();
      const args = force ? ["install", "--force"] : ["install"];
      const { done, outcome, added } = await this.#change(args, turn, () => true);
      if (!done) return this.#fail(null, outcome, turn).reason;
      lookAgain(this.#modules.directoriesOf(added));
      this.#options.log.info({ durationMs: this.#msSince(turn.sinceMs) }, "Packages installed");
      return null;
    });
    return ended.kind === "done" ? ended.result : ended.reason;
  }

  /** Ends the install that runs, with its processes, and refuses those that wait. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns[Symbol.asyncDispose]();
  }

  async #add(request: PackageRequest, isThere: () => boolean): Promise<InstallOutcome> {
    const { name } = request.spec;
    const refusal = refusalOf(name);
    const ended =
      refusal === null
        ? await this.#turns.run(async (turn) =>
            isThere()
              ? ({ kind: "already-installed", name, version: this.#versionOf(name) } as const)
              : await this.#install(request, turn),
          )
        : ({ kind: "failed", reason: refusal } as const);
    const outcome = ended.kind === "done" ? ended.result : { ...ended, name };
    this.#failures.note(name, outcome.kind === "failed" ? outcome.reason : null);
    return outcome;
  }

  #isThere({ spec: { name, range }, group, save, force }: PackageRequest): boolean {
    if (force || this.isMissing(name)) return false;
    const version = this.#versionOf(name);
    // What a tag stands for, only the registry knows.
    if (range !== null && !(version !== null && isRange(range) && satisfies(version, range))) return false;
    const listed = this.manifest.groupOf(name);
    return !save || (listed !== null && (group === null || group === listed));
  }

  async #install({ spec, group, save, force }: PackageRequest, turn: Turn): Promise<InstallOutcome> {
    const { name, range } = spec;
    const listed = this.manifest.groupOf(name);
    const isAsListed = listed !== null && range === null;
    const isNew = await this.manifest.ensure();
    const args = isAsListed ? ["install"] : ["add", textOf(spec), "--no-save"];
    const isWell = () => !this.isMissing(name);
    const { done, outcome, added } = await this.#change(force ? [...args, "--force"] : args, turn, isWell);
    if (!done) {
      if (isNew) this.manifest.removeCreated();
      return this.#fail(name, outcome, turn);
    }
    lookAgain(this.#modules.directoriesOf([...added, name]));
    const version = this.#versionOf(name);
    if (save && (!isAsListed || (group !== null && group !== listed))) {
      const written = range !== null && isRange(range) ? range : version === null ? "*" : `^${version}`;
      await this.manifest.list(name, written, group ?? listed ?? "dependencies");
      await this.#bringLockFileUpToDate(name, turn);
    }
    this.#options.log.info(
      { package: name, version, durationMs: this.#msSince(turn.sinceMs) },
      "Package installed",
    );
    return { kind: "installed", name, version };
  }

  async #bringLockFileUpToDate(name: string, turn: Turn): Promise<void> {
    const { done, outcome } = await this.#change(["install"], turn, () => true);
    // The package is there and listed; the next install writes the lock file.
    if (!done) {
      this.#options.log.warn(
        { package: name, result: outcome.kind },
        "The lock file was not brought up to date",
      );
    }
  }

  /** One run of the package manager, as a whole or not at all; all of a turn share its time. */
  #change(args: readonly string[], { sinceMs, lock, signal }: Turn, isWell: () => boolean) {
    const { command, timeoutMs } = this.#options;
    const leftMs = Math.max(1, timeoutMs - this.#msSince(sinceMs));
    const options = { timeoutMs: leftMs, signal, heldFd: lock.fd };
    return this.#modules.change(
      () => command.run(args, options),
      (result) => result.kind === "exited" && result.exitCode === 0 && isWell(),
    );
  }

  #fail(name: string | null, result: CommandResult, { sinceMs }: Turn) {
    const reason = reasonOf(name, result, this.#options.timeoutMs);
    const output = result.kind === "exited" ? withoutCredentials(result.output) : null;
    this.#options.log.warn(
      { package: name, reason, output, durationMs: this.#msSince(sinceMs) },
      "Package not installed",
    );
    return { kind: "failed", name: name ?? "", reason } as const;
  }

  #msSince(startMs: number): number {
    return Math.round(this.#options.clock.monotonicMs() - startMs);
  }

  #versionOf(name: string): string | null {
    return this.#options.packages.installedVersion(name);
  }
}
