import { extname } from "node:path";
import { type ParsedDirectives, parseDirectives } from "../../directives/parse.ts";
import { redactDirectives } from "../../directives/redact.ts";
import { isExecError } from "../../errors/exec-error.ts";
import { readDetails } from "../../scripts/directory.ts";
import { isScript } from "../../scripts/exclude.ts";
import type { ScriptStore } from "../../scripts/store.ts";

/**
 * The directives of a file, as parsed.
 *
 * @returns null for a file that is no script, or that is gone since it was listed.
 */
export async function readDirectives(scripts: ScriptStore, file: string): Promise<ParsedDirectives | null> {
  if (!isScript(file)) return null;
  try {
    return parseDirectives((await scripts.readText(file)).text);
  } catch (error) {
    // Between the listing and the reading anybody may have removed it, or put a directory in its place.
    if (isExecError(error) && error.status < 500) return null;
    throw error;
  }
}

/** Directives as answers show them: only what the file says, secrets redacted. */
export function toMagicComments(directives: ParsedDirectives | null): Record<string, unknown> | null {
  return directives === null ? null : redactDirectives(directives.declared);
}

/** Size, times and extension as listings show them; nothing for a file that is gone since it was listed. */
export function describeFile(scripts: ScriptStore, file: string) {
  const details = readDetails(scripts.root, file);
  if (details === null) return {};
  return {
    size: details.size,
    created: details.created.toISOString(),
    modified: details.modified.toISOString(),
    extension: extname(file),
  };
}
