import { z } from "@hono/zod-openapi";
import { parseChanges } from "../../directives/change.ts";
import { redactDirectives } from "../../directives/redact.ts";
import { ExecError } from "../../errors/exec-error.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import { PATH_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { execId, unlessEmpty } from "../schemas.ts";
import {
  APPLIED_MESSAGE,
  commentsToApply,
  dryRun,
  FileFailure,
  FilePreview,
  MagicComments,
  PREVIEW_MESSAGE,
} from "./schemas.ts";
import { announcing } from "./script-file.ts";
import { editScripts, findScripts } from "./script-files.ts";

const asked = {
  directory: z.string(),
  execId: z.string(),
  recursive: z.boolean(),
  comments: MagicComments,
};

/** The same changes for every script below a directory: each file as a whole or not at all, failures file by file. */
export const bulkUpdate = operation({
  id: "magic.bulkUpdate",
  method: "post",
  path: "/api/v1/exec/magic-comments/bulk-update",
  summary: "Change the magic comments of many scripts",
  description: "Scripts that say so already are neither rewritten nor counted.",
  body: z.object({
    directory: z.string().default(""),
    execId: unlessEmpty(execId),
    comments: commentsToApply,
    extension: z
      .enum([".ts", ".js", "ts", "js"], { error: "extension must be .ts or .js" })
      .default(".ts")
      .openapi({ description: "Only files with this extension" }),
    recursive: z.boolean().default(true),
    dry_run: dryRun,
  }),
  response: z
    .union([
      z.object({
        dry_run: z.literal(true),
        ...asked,
        would_affect: z.object({ total: z.int(), files: z.array(z.union([FilePreview, FileFailure])) }),
        message: z.string(),
      }),
      z.object({
        dry_run: z.literal(false),
        ...asked,
        results: z.object({
          total: z.int(),
          updated: z.int(),
          failed: z.int(),
          files: z.object({ updated: z.array(z.string()), failed: z.array(FileFailure) }),
        }),
        message: z.string(),
      }),
    ])
    .openapi("MagicCommentsBulkUpdate"),
  failures: [...PATH_FAILURES, "directoryMissing"],
  async handle({ body }, { scripts, events }, { host, id }) {
    const { directory, execId = "", recursive, dry_run } = body;
    if (directory === "" && execId === "") throw placeMissing();
    const changes = parseChanges(body.comments);
    const deployment = deploymentInScope({ execId: body.execId }, host);
    const files = await findScripts(scripts, {
      directory: execId === "" ? directory : "",
      deployment,
      extension: body.extension,
      recursive,
    });
    const { changed, failed } = await editScripts(scripts, files, {
      changes,
      dryRun: dry_run,
      onWritten: announcing(events, deployment.key, id),
    });

    const question = { directory, execId, recursive, comments: redactDirectives(body.comments) };
    const total = changed.length + failed.length;
    if (dry_run) {
      const would_affect = { total, files: [...changed, ...failed] };
      return { dry_run, ...question, would_affect, message: PREVIEW_MESSAGE };
    }
    const results = {
      total,
      updated: changed.length,
      failed: failed.length,
      files: { updated: changed.map(({ file }) => file), failed },
    };
    return { dry_run, ...question, results, message: APPLIED_MESSAGE };
  },
});

function placeMissing(): ExecError {
  return new ExecError("invalidInput", "Either directory or execId is required", {
    details: {
      field: "body",
      reason: "neither directory nor execId is given",
      examples: { by_execId: { execId: "1" }, by_directory: { directory: "users" } },
    },
  });
}
