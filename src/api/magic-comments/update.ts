import { z } from "@hono/zod-openapi";
import { parseChanges } from "../../directives/change.ts";
import { redactDirectives } from "../../directives/redact.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import { PATH_FAILURES, WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scopeBody, scopeQuery, scriptPath } from "../schemas.ts";
import {
  APPLIED_MESSAGE,
  changeTexts,
  commentsToApply,
  dryRun,
  MagicComments,
  PREVIEW_MESSAGE,
} from "./schemas.ts";
import { announcing, atPath, editScript } from "./script-file.ts";

/** Sets and removes magic comments of one script; those that are not named stay, and so does the code. */
export const update = operation({
  id: "magic.update",
  method: "put",
  path: "/api/v1/exec/magic-comments/update",
  summary: "Change the magic comments of a script",
  query: z.object(scopeQuery),
  body: z.object({ ...scopeBody, path: scriptPath(), comments: commentsToApply, dry_run: dryRun }),
  response: z
    .union([
      z.object({
        dry_run: z.literal(true),
        path: z.string(),
        current: MagicComments,
        proposed: MagicComments,
        changes: changeTexts,
        message: z.string(),
      }),
      z.object({
        dry_run: z.literal(false),
        path: z.string(),
        previous: MagicComments,
        updated: MagicComments,
        message: z.string(),
      }),
    ])
    .openapi("MagicCommentsUpdate"),
  failures: [...PATH_FAILURES, "scriptMissing", "secretMissing", ...WRITE_FAILURES],
  async handle({ body, scope }, { scripts, events }, { host, id }) {
    const { path, comments, dry_run } = body;
    const changes = parseChanges(comments);
    const place = { path, deployment: deploymentInScope(scope, host) };
    const onWritten = announcing(events, place.deployment.key, id);
    const edited = await atPath(scripts, place, (file) =>
      editScript(scripts, file, { changes, dryRun: dry_run, onWritten }),
    );
    const [before, after] = [redactDirectives(edited.before), redactDirectives(edited.after)];
    if (dry_run) {
      return {
        dry_run,
        path,
        current: before,
        proposed: after,
        changes: edited.changes,
        message: PREVIEW_MESSAGE,
      };
    }
    return { dry_run, path, previous: before, updated: after, message: APPLIED_MESSAGE };
  },
});
