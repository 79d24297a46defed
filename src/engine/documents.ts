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
 * The script that guards it need not compile for that.
 *
 * @throws {ExecError} `unauthorized`
 */
export async function serveDocument(
  { file, script, path }: DocumentLocation,
  {
    request,
    query,
    units,
    root,
  }: { readonly request: Request; readonly query: string; readonly units: Units; readonly root: string },
): Promise<Response> {
  const directives = script === null ? null : units.compiler.directivesOf(script)?.effective;
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
