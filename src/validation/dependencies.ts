import type { PackageResolver, PackageState } from "../packages/resolver.ts";
import { parseSpecifier } from "../packages/specifier.ts";

/** Which modules a script needs and which of them are there; files of the scripts root do not count. */
export interface DependencyReport {
  readonly total: number;
  /** Built-in modules included. */
  readonly installed: number;
  readonly missing: number;
  readonly missingModules: readonly string[];
  readonly allInstalled: boolean;
  readonly dependencies: readonly PackageState[];
  /** Command that installs what is missing, run in the scripts root; null when it would install nothing. */
  readonly installCommand: string | null;
}

/** Looks up the modules a script names in `import`, `export … from`, `require()` and `import()`. */
export function checkDependencies(modules: readonly string[], packages: PackageResolver): DependencyReport {
  const dependencies = packages.inspect(modules);
  const missingModules = dependencies.filter(({ installed }) => !installed).map(({ name }) => name);
  return {
    total: dependencies.length,
    installed: dependencies.length - missingModules.length,
    missing: missingModules.length,
    missingModules,
    allInstalled: missingModules.length === 0,
    dependencies,
    installCommand: toInstallCommand(missingModules),
  };
}

/** Only package names: the text is made to be pasted into a shell, and a specifier is the author's free text. */
function toInstallCommand(missingModules: readonly string[]): string | null {
  const names = missingModules.filter((name) => parseSpecifier(name).kind === "package");
  return names.length === 0 ? null : `bun add ${names.join(" ")}`;
}
