import { realpathSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { ConfigError } from "./config-error.ts";

/** Where things lie on disk; absolute paths. */
export interface Directories {
  readonly storageDir: string;
  readonly scriptsDir: string;
  /** Log files of scripts. */
  readonly logsDir: string;
}

/** Folders of the program that would turn into endpoints if scripts were read from them. */
const SOURCE_FOLDERS = ["src", "scripts", "test", "openapi", "ops", "node_modules", ".git", ".ci"];

/** Directory that holds the program's own package.json. */
const PROGRAM_ROOT = resolve(import.meta.dir, "../..");

/**
 * Derives the absolute directories from the settings.
 *
 * @throws {ConfigError} When the scripts directory lies inside the program's own sources, or holds them: our own
 *   commands would become endpoints.
 */
export function toDirectories(
  settings: { readonly storageDir: string; readonly scriptsDir: string | null },
  workingDirectory: string,
): Directories {
  const storageDir = resolve(workingDirectory, settings.storageDir);
  const scriptsDir =
    settings.scriptsDir === null
      ? join(storageDir, "scripts")
      : resolve(workingDirectory, settings.scriptsDir);
  if (holdsOwnSources(toRealPath(scriptsDir))) {
    throw new ConfigError(
      `Cannot use --scripts-dir "${scriptsDir}": accepted is a directory outside the program's own sources`,
    );
  }
  const logsDir = join(storageDir, "logs");
  const [scripts, logs] = [toRealPath(scriptsDir), toRealPath(logsDir)];
  if (isWithin(logs, scripts) || isWithin(scripts, logs)) {
    throw new ConfigError(
      `Cannot use --scripts-dir "${scriptsDir}" with --storage-dir "${storageDir}": accepted are scripts apart from the logs in "${logsDir}"`,
    );
  }
  return { storageDir, scriptsDir, logsDir };
}

function holdsOwnSources(scriptsDir: string): boolean {
  const root = toRealPath(PROGRAM_ROOT);
  return (
    isWithin(root, scriptsDir) || SOURCE_FOLDERS.some((folder) => isWithin(scriptsDir, join(root, folder)))
  );
}

function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent.endsWith(sep) ? parent : parent + sep);
}

/** Follows links of the part that exists, because the directory itself is often created only later. */
function toRealPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Absent or unreadable: its parent decides. The root always resolves, which ends the recursion.
    const parent = dirname(path);
    return parent === path ? path : join(toRealPath(parent), path.slice(parent.length));
  }
}
