import { join } from "node:path";
import type { Deployment } from "../scripts/deployment.ts";
import { requireToken } from "./script-token.ts";
import type { Units } from "./units.ts";

/** A Markdown file beside scripts (script-runtime.md §3). */
export interface DocumentLocation {
  readonly deployment: Deployment;
  /** Relative to the scripts root. */
  readonly file: string;
  /** Script it documents, whose `@enabled` and `@token` guard it; null when it stands alone. */
  readonly script: string | null;
  readonly path: string;
}

/**
 * Serves a Markdown document.
 *
 * @throws {ExecError} `unauthorized`; {CompileError} when the script that guards it cannot be read.
 */
export async function serveDocument(
  { deployment, file, script, path }: DocumentLocation,
  {
    request,
    query,
    units,
    root,
  }: { readonly request: Request; readonly query: string; readonly units: Units; readonly root: string },
): Promise<Response> {
  const guard = script === null ? null : await units.unitOf(deployment.key, script).load();
  const directives = guard?.compiled.directives.effective;
  if (directives?.enabled === false) return missing(path);
  if (directives && directives.tokens.length > 0) requireToken(directives.tokens, request, query);
  const document = Bun.file(join(root, file));
  if (!(await document.exists())) return missing(path);
  return new Response(document, { headers: { "content-type": "text/markdown; charset=utf-8" } });
}

function missing(path: string): Response {
  return new Response(`Documentation not found: ${path}`, {
    status: 404,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
