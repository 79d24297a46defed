import { z } from "@hono/zod-openapi";
import { parseDirectives } from "../../directives/parse.ts";
import { redactDirectives } from "../../directives/redact.ts";
import { isScript } from "../../scripts/exclude.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import { PATH_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scopeQuery, scriptPath } from "../schemas.ts";
import { MagicComments } from "./schemas.ts";
import { atPath } from "./script-file.ts";

/** What the header of one script says; null for a file that is no script. */
export const read = operation({
  id: "magic.read",
  method: "get",
  path: "/api/v1/exec/magic-comments/read",
  summary: "Read the magic comments of a script",
  query: z.object({ ...scopeQuery, path: scriptPath() }),
  response: z.object({ path: z.string(), comments: MagicComments.nullable() }).openapi("MagicCommentsRead"),
  failures: [...PATH_FAILURES, "scriptMissing"],
  async handle({ query, scope }, { scripts }, { host }) {
    const place = { path: query.path, deployment: deploymentInScope(scope, host) };
    const comments = await atPath(scripts, place, async (file) => {
      const { text } = await scripts.readText(file);
      return isScript(file) ? redactDirectives(parseDirectives(text).declared) : null;
    });
    return { path: query.path, comments };
  },
});
