import { z } from "@hono/zod-openapi";
import { ExecError, isExecError } from "../../errors/exec-error.ts";
import type { Deployment } from "../../scripts/deployment.ts";
import type { ScriptStore } from "../../scripts/store.ts";
import type { CompanionFormat } from "../../user-openapi/companion.ts";
import { companionFiles } from "../../user-openapi/script-routes.ts";
import { atPath } from "../magic-comments/script-file.ts";

/** Names the script: `file`, or `path` for short; one is needed. */
export const scriptNames = {
  file: z.string().optional().openapi({ example: "echo.js" }),
  path: z.string().optional().openapi({ description: "The same as file" }),
};

/** Text of a companion and what it is. */
export interface CompanionFile {
  readonly file: string;
  readonly format: CompanionFormat;
  readonly text: string;
}

/** Largest companion that is answered, in bytes. */
const BYTES_MAX = 10 * 1024 ** 2;

/**
 * Finds the companion of the script that a call names; the name of the companion itself will do.
 *
 * @throws {ExecError} `schemaMissing`; `invalidInput` without a name; 403 for a place outside.
 */
export async function readCompanionFile(
  scripts: ScriptStore,
  given: { readonly file?: string | undefined; readonly path?: string | undefined },
  deployment: Deployment,
): Promise<CompanionFile> {
  const path = given.file || given.path;
  if (!path) {
    throw new ExecError("invalidInput", "file or path is required", {
      details: { field: "file", reason: "is required" },
    });
  }
  for (const { file, format } of namesOf(path)) {
    const found = await readIfThere(scripts, file, deployment);
    if (found !== null) return { ...found, format };
  }
  throw new ExecError("schemaMissing", undefined, {
    details: { field: "file", reason: "no schema file beside it" },
  });
}

function namesOf(path: string) {
  if (path.endsWith(".openapi.json")) return [{ file: path, format: "openapi-json" }] as const;
  if (path.endsWith(".schema.json")) return [{ file: path, format: "json-schema" }] as const;
  return companionFiles(path);
}

async function readIfThere(scripts: ScriptStore, path: string, deployment: Deployment) {
  try {
    return await atPath(scripts, { path, deployment }, async (file) => {
      const { text, size } = await scripts.readText(file);
      if (size > BYTES_MAX) throw unreadable(`it is over the limit of ${BYTES_MAX} bytes`);
      return { file, text };
    });
  } catch (error) {
    if (isExecError(error) && error.kind === "scriptMissing") return null;
    throw error;
  }
}

/** The refusal of a companion that is there but cannot be used. */
export function unreadable(reason: string): ExecError {
  return new ExecError("schemaUnreadable", `The schema file cannot be read: ${reason}`, {
    details: { field: "file", reason },
  });
}
