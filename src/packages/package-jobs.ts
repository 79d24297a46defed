import type { Logger } from "pino";
import { ExecError } from "../errors/exec-error.ts";
import type { EventBus } from "../events/bus.ts";
import type { Installer, InstallOutcome, PackageRequest } from "./installer.ts";
import { listedIn } from "./manifest.ts";
import { textOf } from "./package-spec.ts";

/** What package jobs work with. */
export interface PackageJobsOptions {
  readonly installer: Installer;
  readonly events: Pick<EventBus, "emit">;
  readonly log: Pick<Logger, "info">;
}

/** Who asked for a job. */
export interface JobOrigin {
  readonly requestId: string;
}

/** Installs that the control API asks for: several packages one after the other, told in the log and as one event. */
export class PackageJobs {
  readonly #options: PackageJobsOptions;

  constructor(options: PackageJobsOptions) {
    this.#options = options;
  }

  /**
   * Installs packages one after the other; one that fails does not keep the others from it. The installer ends it with
   * the server.
   *
   * @returns One outcome for each, in their order; never rejects once it has begun.
   * @throws {ExecError} `installsFull`, at once.
   */
  add(requests: readonly PackageRequest[], { requestId }: JobOrigin): Promise<readonly InstallOutcome[]> {
    this.#refuseWhenFull();
    const packages = requests.map(({ spec }) => textOf(spec));
    return this.#told(packages, requestId, async (failed) => {
      const outcomes: InstallOutcome[] = [];
      for (const [index, request] of requests.entries()) {
        const outcome = await this.#options.installer.add(request);
        outcomes.push(outcome);
        if (outcome.kind === "failed") failed(packages[index] ?? outcome.name, outcome.reason);
      }
      return outcomes;
    });
  }

  /**
   * Installs all that package.json lists.
   *
   * @throws {ExecError} `installsFull` and what {@link Manifest.read} throws, at once.
   */
  addListed({ force }: { readonly force: boolean }, { requestId }: JobOrigin): Promise<void> {
    const { installer } = this.#options;
    const content = installer.manifest.read() ?? {};
    this.#refuseWhenFull();
    const packages = Object.keys({
      ...listedIn(content, "dependencies"),
      ...listedIn(content, "devDependencies"),
      ...listedIn(content, "optionalDependencies"),
    });
    return this.#told(packages, requestId, async (failed) => {
      const reason = await installer.installListed({ force });
      if (reason !== null) failed("package.json", reason);
    });
  }

  #refuseWhenFull(): void {
    if (this.#options.installer.refuses()) throw new ExecError("installsFull");
  }

  async #told<T>(
    packages: readonly string[],
    requestId: string,
    install: (failed: (name: string, reason: string) => void) => Promise<T>,
  ): Promise<T> {
    const { events, log } = this.#options;
    const failures: { package: string; reason: string }[] = [];
    log.info({ packages, requestId }, "Install begins");
    const result = await install((name, reason) => void failures.push({ package: name, reason }));
    const ok = failures.length === 0;
    log.info({ packages, ok, ...(ok ? {} : { failures }), requestId }, "Install ended");
    events.emit("system.packages_installed", { packages, ok, ...(ok ? {} : { failures }) }, requestId);
    return result;
  }
}
