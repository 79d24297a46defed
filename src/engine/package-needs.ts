import type { CompiledScript, Compiler } from "../compiler/compiler.ts";
import { refusalOf } from "../packages/bundled.ts";
import type { Installer } from "../packages/installer.ts";
import type { MissingPackage, ModuleResolution } from "./module-resolution.ts";

/** What a script needs besides itself. */
export interface Needs {
  /** Packages that are not there; none when nothing would install them. */
  readonly missing: readonly string[];
  /** Files whose change may alter that: its helpers, and places where helpers were looked for. */
  readonly files: ReadonlySet<string>;
}

/** What the needs are found and met with. */
export interface PackageNeedsOptions {
  readonly compiler: Compiler;
  readonly resolution: ModuleResolution;
  readonly installer: Installer;
  /** Whether missing packages are installed at all. */
  readonly isOn: boolean;
}

const NOTHING: Needs = { missing: [], files: new Set() };

/**
 * Installs what scripts need on their first run.
 *
 * `require` cannot wait, so what a script names in so many words is there before it starts: its own `import`, `require`
 * and `import()`, and those of the helper modules that it names, and so on.
 */
export class PackageNeeds {
  readonly #options: PackageNeedsOptions;

  constructor(options: PackageNeedsOptions) {
    this.#options = options;
  }

  /** What a script needs now. */
  of({ file, prepared }: CompiledScript): Needs {
    return this.#survey(prepared.modules, file);
  }

  /** Installs what a specifier needs that may only be known at run time, as in `import(name)`. Never rejects. */
  async provide(specifier: unknown, from: string, isLoaded: (helper: string) => boolean): Promise<void> {
    if (typeof specifier !== "string") return;
    const { missing } = this.#survey([specifier], from, isLoaded);
    if (missing.length > 0) await this.install(missing);
  }

  /**
   * Installs packages; one that has just failed is not tried again. Never rejects.
   *
   * @returns Those that are still missing.
   */
  async install(names: readonly string[]): Promise<readonly string[]> {
    const outcomes = await Promise.all(names.map((name) => this.#options.installer.ensure(name)));
    return outcomes.flatMap(({ kind, name }) => (kind === "failed" ? [name] : []));
  }

  /** Whether some of these packages have appeared; tries those again that it is time for, without waiting for them. */
  haveAppeared(names: readonly string[]): boolean {
    if (names.some((name) => !this.#options.installer.isMissing(name))) return true;
    void this.install(names);
    return false;
  }

  #survey(specifiers: readonly string[], from: string, isLoaded = (_helper: string) => false): Needs {
    if (specifiers.length === 0 || !this.#options.isOn) return NOTHING;
    const missing = new Set<string>();
    const files = new Set<string>();
    this.#walk(specifiers, from, { missing, files, seen: new Set([from]), isLoaded });
    return { missing: [...missing], files };
  }

  #walk(
    specifiers: readonly string[],
    from: string,
    found: {
      readonly missing: Set<string>;
      readonly files: Set<string>;
      readonly seen: Set<string>;
      readonly isLoaded: (helper: string) => boolean;
    },
  ): void {
    for (const specifier of specifiers) {
      const name = this.#options.resolution.missingPackage(specifier, from);
      if (name !== null) found.missing.add(name);
      const helper = this.#options.resolution.helperFile(specifier, from, found.files);
      if (helper === null || found.seen.has(helper) || found.isLoaded(helper)) continue;
      found.seen.add(helper);
      this.#walk(this.#modulesOf(helper), helper, found);
    }
  }

  #modulesOf(file: string): readonly string[] {
    if (file.endsWith(".json")) return [];
    try {
      return this.#options.compiler.load(file)?.prepared.modules ?? [];
    } catch {
      return []; // What is wrong with it is told to whoever runs it, if anybody does.
    }
  }
}

/**
 * Says that a package is not there, why, and what can be done.
 *
 * @param installer Null when missing packages are not installed.
 */
export function explainMissing(
  { name, specifier, from }: MissingPackage,
  installer: Installer | null,
): string {
  const notFound = `Cannot find module "${specifier}" from "${from}"`;
  const refusal = refusalOf(name);
  if (refusal !== null) return `${notFound}: ${refusal}`;
  const byHand = `install it in the scripts directory: bun add ${name}`;
  if (installer === null) return `${notFound}: --auto-install is off; ${byHand}`;
  const reason = installer.reasonOf(name);
  if (reason !== null) return `Cannot install "${name}" for "${from}": ${reason}`;
  return `${notFound}: require cannot wait for an install, and only names that are written out are installed before the script runs; use await import(name), or ${byHand}`;
}
