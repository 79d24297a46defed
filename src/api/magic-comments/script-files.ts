import type { z } from "@hono/zod-openapi";
import { redactDirectives } from "../../directives/redact.ts";
import { isExecError } from "../../errors/exec-error.ts";
import type { Deployment } from "../../scripts/deployment.ts";
import type { ScriptStore } from "../../scripts/store.ts";
import type { FileFailure, FilePreview } from "./schemas.ts";
import { type EditOptions, editScript } from "./script-file.ts";

/** Which scripts a bulk update means. */
export interface ScriptSelection {
  /** In the deployment, else below the scripts root; "" is the deployment itself. */
  readonly directory: string;
  readonly deployment: Deployment;
  /** With or without its dot. */
  readonly extension: string;
  readonly recursive: boolean;
}

/** What became of the files of a bulk update; those that say so already are in neither list. */
export interface EditedScripts {
  readonly changed: readonly z.output<typeof FilePreview>[];
  readonly failed: readonly z.output<typeof FileFailure>[];
}

/**
 * Finds scripts by directory and extension.
 *
 * Links are left out: what they lead to is listed under its own name, or is not meant.
 *
 * @returns Files relative to the scripts root.
 * @throws {ExecError} 403 for a place outside, `directoryMissing`, `invalidInput` for a file.
 */
export async function findScripts(
  scripts: ScriptStore,
  selection: ScriptSelection,
): Promise<readonly string[]> {
  const ending = `.${selection.extension.replace(".", "")}`;
  const entries = await listPlace(scripts, selection);
  return entries
    .filter(({ path, isDirectory, isLink }) => !isDirectory && !isLink && path.endsWith(ending))
    .map(({ path }) => path);
}

/** Edits scripts one after the other; one that cannot be edited does not keep the others from it. */
export async function editScripts(
  scripts: ScriptStore,
  files: readonly string[],
  options: EditOptions,
): Promise<EditedScripts> {
  const changed: z.output<typeof FilePreview>[] = [];
  const failed: z.output<typeof FileFailure>[] = [];
  for (const file of files) {
    try {
      const edited = await editScript(scripts, file, options);
      if (edited.changes.length === 0) continue;
      changed.push({
        file,
        current: redactDirectives(edited.before),
        proposed: redactDirectives(edited.after),
        changes: [...edited.changes],
      });
    } catch (error) {
      // A mistake of ours must not pass for one of the file.
      if (!isExecError(error)) throw error;
      failed.push({ file, error: error.message });
    }
  }
  return { changed, failed };
}

async function listPlace(scripts: ScriptStore, { directory, deployment, recursive }: ScriptSelection) {
  try {
    return await scripts.list(scripts.resolveDirectory(directory, deployment), { recursive });
  } catch (error) {
    // A deployment that is not there must not end in the root, where all the others are.
    if (directory === "" || !isExecError(error) || error.kind !== "directoryMissing") throw error;
    return scripts.list(scripts.resolveDirectory(`${scripts.root}/${directory}`, deployment), { recursive });
  }
}
