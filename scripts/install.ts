/**
 * Installs the dependencies when they are absent or older than the lockfile; otherwise a look at two dates.
 *
 * It runs before anything is installed, so it imports nothing but what comes with Bun.
 */
import { statSync, utimesSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const modules = join(root, "node_modules");

if (modifiedMs(modules) < modifiedMs(join(root, "bun.lock"))) {
  const { exitCode } = Bun.spawnSync([process.execPath, "install", "--frozen-lockfile"], {
    cwd: root,
    // The server's own output belongs on stdout; what the installer says does not.
    stdio: ["ignore", 2, 2],
  });
  if (exitCode !== 0) process.exit(exitCode);
  // An install that finds nothing to do leaves the date of the folder alone.
  utimesSync(modules, new Date(), new Date());
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
