import type { DirectiveChange } from "../../directives/change.ts";
import { applyChanges, type EditedSource } from "../../directives/edit.ts";
import { ExecError, isExecError } from "../../errors/exec-error.ts";
import type { Deployment } from "../../scripts/deployment.ts";
import { isScript } from "../../scripts/exclude.ts";
import type { ScriptStore } from "../../scripts/store.ts";

/** What a call says about its script. */
export interface ScriptPath {
  readonly path: string;
  readonly deployment: Deployment;
}

/**
 * Works on the file a path means: in the deployment as `scripts/read` does, else below the scripts root.
 *
 * @throws {ExecError} 403 for a path outside; what `work` throws, `scriptMissing` only after the second try.
 */
export async function atPath<T>(
  scripts: ScriptStore,
  { path, deployment }: ScriptPath,
  work: (file: string) => Promise<T>,
): Promise<T> {
  try {
    return await work(scripts.resolve(path, deployment));
  } catch (error) {
    if (!isExecError(error) || error.kind !== "scriptMissing") throw error;
    return work(scripts.resolve(`${scripts.root}/${path}`, deployment));
  }
}

/**
 * Changes the directives of one script, as a whole or not at all; one that says so already is left alone.
 *
 * @param file Relative to the scripts root.
 * @param options.dryRun Only works out what would change.
 * @throws {ExecError} `scriptMissing`; `invalidInput` for a file that is no script or not UTF-8; as `applyChanges`.
 */
export async function editScript(
  scripts: ScriptStore,
  file: string,
  { changes, dryRun }: { readonly changes: readonly DirectiveChange[]; readonly dryRun: boolean },
): Promise<EditedSource> {
  const change = (text: string) => editText(file, text, changes);
  return dryRun ? change((await scripts.readText(file)).text) : scripts.edit(file, change);
}

function editText(file: string, text: string, changes: readonly DirectiveChange[]): EditedSource {
  if (!isScript(file)) throw notEditable(file, "only .ts and .js files hold magic comments");
  // Decoding put this character where bytes were no UTF-8; writing it back would lose them.
  if (text.includes("\uFFFD")) throw notEditable(file, "it is not valid UTF-8");
  return applyChanges(text, changes);
}

function notEditable(file: string, reason: string): ExecError {
  return new ExecError("invalidInput", `Cannot edit "${file}": ${reason}`, {
    details: { field: "path", reason },
  });
}
