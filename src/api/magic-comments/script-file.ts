import type { DirectiveChange } from "../../directives/change.ts";
import { applyChanges, type EditedSource } from "../../directives/edit.ts";
import { ExecError, isExecError } from "../../errors/exec-error.ts";
import type { EventBus } from "../../events/bus.ts";
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

/** How scripts are edited. */
export interface EditOptions {
  readonly changes: readonly DirectiveChange[];
  /** Only works out what would change. */
  readonly dryRun: boolean;
  /** Is told of a script that was rewritten, with its bytes. */
  readonly onWritten: (file: string, size: number) => void;
}

/** Emits what is written, as `scripts/write` does. */
export function announcing(events: EventBus, scope: string, requestId: string): EditOptions["onWritten"] {
  return (path, size) => {
    const written = { path, scope, created: false, size, validated: false, source: "api" } as const;
    events.emit("script.written", written, requestId);
  };
}

/**
 * Changes the directives of one script, as a whole or not at all; one that says so already is left alone.
 *
 * @param file Relative to the scripts root.
 * @throws {ExecError} `scriptMissing`; `invalidInput` for a file that is no script or not UTF-8; as `applyChanges`.
 */
export async function editScript(
  scripts: ScriptStore,
  file: string,
  { changes, dryRun, onWritten }: EditOptions,
): Promise<EditedSource> {
  const change = (text: string) => editText(file, text, changes);
  if (dryRun) return change((await scripts.readText(file)).text);
  const edited = await scripts.edit(file, change);
  if (edited.changes.length > 0) onWritten(file, Buffer.byteLength(edited.source));
  return edited;
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
