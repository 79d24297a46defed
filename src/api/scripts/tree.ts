import { z } from "@hono/zod-openapi";
import type { DirectoryEntry } from "../../scripts/directory.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import type { ScriptStore } from "../../scripts/store.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { isoTime, scopeBody, scopeQuery } from "../schemas.ts";
import { magicComments, resolvedPath, sizeInBytes } from "./schemas.ts";
import { describeFile, readDirectives, toMagicComments } from "./script-details.ts";

/** One file or directory with what is below it. */
interface TreeNode {
  name: string;
  path: string;
  type: "file" | "directory";
  children?: TreeNode[] | undefined;
  size?: number | undefined;
  modified?: string | undefined;
  magicComments?: Record<string, unknown> | null | undefined;
}

const TreeNode: z.ZodType<TreeNode> = z
  .object({
    name: z.string(),
    path: resolvedPath,
    type: z.enum(["file", "directory"]),
    children: z.lazy(() => z.array(TreeNode)).optional(),
    size: sizeInBytes.optional(),
    modified: isoTime.optional(),
    magicComments: magicComments.optional(),
  })
  .openapi("ScriptTreeNode");

/** Directories and files as a tree. */
export const tree = operation({
  id: "scripts.tree",
  method: "post",
  path: "/api/v1/exec/scripts/tree",
  summary: "Show scripts as a tree",
  query: z.object(scopeQuery),
  body: z
    .object({
      ...scopeBody,
      baseDir: z.string().default(""),
      maxDepth: z
        .int()
        .min(1)
        .max(100)
        .default(10)
        .openapi({ description: "Levels of names; directories at the last one come without children" }),
      includeMetadata: z.boolean().default(false),
    })
    .openapi("ScriptTreeRequest"),
  response: z.object({ baseDir: z.string(), tree: z.array(TreeNode) }).openapi("ScriptTree"),
  failures: ["invalidInput", ...PATH_FAILURES, "directoryMissing", ...READ_FAILURES],
  async handle({ body, scope }, { scripts }, { host }) {
    const directory = scripts.resolveDirectory(body.baseDir, deploymentInScope(scope, host));
    const entries = await scripts.list(directory, { recursive: false });
    const shown = { levels: body.maxDepth, includeMetadata: body.includeMetadata };
    return {
      baseDir: body.baseDir,
      tree: await Promise.all(entries.map((entry) => grow(scripts, entry, shown))),
    };
  },
});

async function grow(
  scripts: ScriptStore,
  { name, path, isDirectory, isLink }: DirectoryEntry,
  { levels, includeMetadata }: { readonly levels: number; readonly includeMetadata: boolean },
): Promise<TreeNode> {
  const details = includeMetadata ? describeFile(scripts, path) : null;
  if (!isDirectory) {
    return {
      name,
      path,
      type: "file",
      ...(details === null ? {} : await withComments(scripts, path, details)),
    };
  }
  const node: TreeNode = { name, path, type: "directory", modified: details?.modified };
  // A link could lead back to where we come from.
  if (levels === 1 || isLink) return node;
  const entries = await scripts.list(path, { recursive: false });
  const below = { levels: levels - 1, includeMetadata };
  return { ...node, children: await Promise.all(entries.map((entry) => grow(scripts, entry, below))) };
}

async function withComments(
  scripts: ScriptStore,
  file: string,
  { size, modified }: { readonly size?: number; readonly modified?: string },
) {
  return { size, modified, magicComments: toMagicComments(await readDirectives(scripts, file)) };
}
