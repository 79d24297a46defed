import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import { Gate } from "../base/gate.ts";
import { refusalOf } from "./bundled.ts";
import type { CommandResult, PackageCommand } from "./command.ts";
import { reasonOf, reasonOfError, withoutCredentials } from "./install-reason.ts";
import { Manifest, PACKAGE_FILES } from "./manifest.ts";
import { ModulesDirectory } from "./modules-directory.ts";
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

/** What the installer works with. */
export interface InstallerOptions {
  /** Absolute scripts root. */
  readonly root: string;
  readonly packages: PackageResolver;
  readonly command: PackageCommand;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Longest install of one package, in milliseconds. */
  readonly timeoutMs: number;
  /** Packages that may wait for their turn. */
  readonly queueMax: number;
}

/** A package that could not be installed, and how long nobody tries again. */
interface Failure {
  readonly reason: string;
  /** Monotonic milliseconds. */
  readonly untilMs: number;
  readonly waitMs: number;
}

/** A failure is remembered so long at first, then twice as long each time, up to the longest; in milliseconds. */
const RETRY_FIRST_MS = 5_000;
const RETRY_LONGEST_MS = 300_000;

/** Failures remembered; the oldest goes. */
const FAILURES_MAX = 1_000;

/**
 * Installs npm packages into the scripts root: one at a time, and one install for all who wait for the same package.
 *
 * `package.json` never holds half of anything and lists only what is there: the package manager fills `node_modules`
 * without saving, then the range is written here as a whole, then the package manager brings its lock file up to date.
 * (Bun 1.4.5 itself truncates `package.json` and writes it in place.)
 */
export class Installer implements AsyncDisposable {
  readonly #options: InstallerOptions;
  readonly #manifest: Manifest;
  readonly #modules: ModulesDirectory;
  readonly #turns: Gate;
  readonly #stop = new AbortController();
  readonly #running = new Map<string, Promise<InstallOutcome>>();
  readonly #failures = new Map<string, Failure>();

  constructor(options: InstallerOptions) {
    this.#options = options;
    this.#manifest = new Manifest(options.root);
    this.#modules = new ModulesDirectory(options.root);
    this.#turns = new Gate({ limit: 1, waitingMax: options.queueMax });
    this.#modules.recover();
  }

  /** Installs refused because too many were waiting. */
  get refused(): number {
    return this.#turns.refused;
  }

  /** Whether `node_modules` of the scripts root lacks a package. */
  isMissing(name: string): boolean {
    return !existsSync(join(this.#options.root, "node_modules", name));
  }

  /** Why a package could not be installed the last time; null when it could, or when nobody has tried. */
  reasonOf(name: string): string | null {
    return this.#failures.get(name)?.reason ?? null;
  }

  /**
   * Is told of each file below the scripts root that was changed. After a script, `package.json` or the settings of a
   * registry were saved, what has failed before may be tried again at once.
   */
  noteChange(file: string): void {
    if (!PACKAGE_FILES.includes(file) && !/\.[jt]s$/.test(file)) return;
    if (file === "package.json" && this.#manifest.isOurs()) return;
    for (const [name, { reason }] of this.#failures) {
      this.#failures.set(name, { reason, untilMs: Number.NEGATIVE_INFINITY, waitMs: 0 });
    }
  }

  /** Installs a package unless it is there, or has failed a short while ago. Never rejects. */
  async ensure(name: string): Promise<InstallOutcome> {
    const failure = this.#failures.get(name);
    if (failure === undefined || failure.untilMs <= this.#options.clock.monotonicMs())
      return this.install(name);
    return { kind: "failed", name, reason: failure.reason };
  }

  /** Installs a package; whoever asks for it meanwhile waits for the same install. Never rejects. */
  install(name: string): Promise<InstallOutcome> {
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const outcome = this.#inTurn(name)
      .catch((error) => this.#failed(name, { reason: reasonOfError(error), err: error }))
      .then((each) => this.#remember(each));
    this.#running.set(name, outcome);
    void outcome.then(() => this.#running.delete(name));
    return outcome;
  }

  /** Ends the install that runs, with its processes, and refuses those that wait. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running.values());
  }

  async #inTurn(name: string): Promise<InstallOutcome> {
    const refusal = refusalOf(name);
    if (refusal !== null) return { kind: "failed", name, reason: refusal };
    const { signal } = this.#stop;
    const leave = signal.aborted ? null : await this.#turns.enter(signal);
    if (leave === null) {
      const full = `${this.#options.queueMax} packages are waiting, the limit of --install-queue-max`;
      return { kind: "failed", name, reason: signal.aborted ? "the server is shutting down" : full };
    }
    try {
      // Another install may have brought it along while this one waited.
      if (!this.isMissing(name)) return { kind: "already-installed", name, version: this.#versionOf(name) };
      return await this.#run(name);
    } finally {
      leave();
    }
  }

  async #run(name: string): Promise<InstallOutcome> {
    const { clock, log, timeoutMs } = this.#options;
    const sinceMs = clock.monotonicMs();
    const isListed = this.#manifest.lists(name);
    const isNew = await this.#manifest.ensure();
    const args = isListed ? ["install"] : ["add", name, "--no-save"];
    const change = await this.#modules.change(
      () => this.#command(args, sinceMs),
      (result) => isDone(result) && !this.isMissing(name),
    );
    if (!change.done) {
      if (isNew) this.#manifest.removeCreated();
      const result = change.outcome;
      const output = result.kind === "exited" ? withoutCredentials(result.output) : null;
      const durationMs = this.#msSince(sinceMs);
      return this.#failed(name, { reason: reasonOf(name, result, timeoutMs), output, durationMs });
    }
    lookAgain(this.#modules.directoriesOf([...change.added, name]));
    const version = this.#versionOf(name);
    if (!isListed) await this.#list(name, version, sinceMs);
    log.info({ package: name, version, durationMs: this.#msSince(sinceMs) }, "Package installed");
    return { kind: "installed", name, version };
  }

  /** Writes a new package down: into package.json, then into the lock file. */
  async #list(name: string, version: string | null, sinceMs: number): Promise<void> {
    await this.#manifest.addDependency(name, version === null ? "*" : `^${version}`);
    const result = await this.#command(["install"], sinceMs);
    if (isDone(result)) return;
    // The package is there and listed; the next install writes the lock file.
    this.#options.log.warn(
      { package: name, result: result.kind },
      "The lock file was not brought up to date",
    );
  }

  /** @param sinceMs When the install began whose time the command shares. */
  #command(args: readonly string[], sinceMs: number): Promise<CommandResult> {
    const { command, timeoutMs } = this.#options;
    const leftMs = Math.max(1, timeoutMs - this.#msSince(sinceMs));
    return command.run(args, { timeoutMs: leftMs, signal: this.#stop.signal });
  }

  #failed(name: string, { reason, ...known }: { readonly reason: string } & Record<string, unknown>) {
    this.#options.log.warn({ package: name, reason, ...known }, "Package not installed");
    return { kind: "failed", name, reason } as const;
  }

  #msSince(startMs: number): number {
    return Math.round(this.#options.clock.monotonicMs() - startMs);
  }

  #versionOf(name: string): string | null {
    return this.#options.packages.installedVersion(name);
  }

  #remember(outcome: InstallOutcome): InstallOutcome {
    const { name } = outcome;
    const before = this.#failures.get(name);
    this.#failures.delete(name);
    if (outcome.kind !== "failed") return outcome;
    const waitMs = Math.min(Math.max((before?.waitMs ?? 0) * 2, RETRY_FIRST_MS), RETRY_LONGEST_MS);
    const untilMs = this.#options.clock.monotonicMs() + waitMs;
    this.#failures.set(name, { reason: outcome.reason, untilMs, waitMs });
    const oldest = this.#failures.size > FAILURES_MAX ? this.#failures.keys().next().value : undefined;
    if (oldest !== undefined) this.#failures.delete(oldest);
    return outcome;
  }
}

function isDone(result: CommandResult): boolean {
  return result.kind === "exited" && result.exitCode === 0;
}
