import { isExecError } from "../errors/exec-error.ts";
import type { Deployment } from "../scripts/deployment.ts";
import type { ScriptStore } from "../scripts/store.ts";

/**
 * The directory that a caller means: in the deployment, else below the scripts directory.
 *
 * @returns Relative to the scripts root; it exists.
 * @throws {ExecError} 403 for a place outside; `directoryMissing`; `invalidInput` for a file.
 */
export async function findDirectory(
  scripts: ScriptStore,
  baseDir: string,
  deployment: Deployment,
): Promise<string> {
  const own = scripts.resolveDirectory(baseDir, deployment);
  try {
    await scripts.list(own, { recursive: false });
    return own;
  } catch (error) {
    if (!isExecError(error) || error.kind !== "directoryMissing" || baseDir === "") throw error;
    const shared = scripts.resolveDirectory(`${scripts.root}/${baseDir}`, deployment);
    await scripts.list(shared, { recursive: false });
    return shared;
  }
}
