import { z } from "@hono/zod-openapi";
import { parseDirectives } from "../../directives/parse.ts";
import { isScript } from "../../scripts/exclude.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { isoTime, scopeQuery } from "../schemas.ts";
import { fileName, magicComments, resolvedPath, sizeInBytes } from "./schemas.ts";
import { toMagicComments } from "./script-details.ts";

/** The text of a file as it is stored, and what its header says. */
export const read = operation({
  id: "scripts.read",
  method: "get",
  path: "/api/v1/exec/scripts/read",
  summary: "Read a script",
  description: "The content is verbatim; secrets are hidden in magicComments only.",
  query: z.object({ ...scopeQuery, path: fileName("path parameter is required") }),
  response: z
    .object({
      path: z.string(),
      resolvedPath,
      content: z.string(),
      magicComments,
      metadata: z.object({
        size: sizeInBytes,
        created: isoTime,
        modified: isoTime,
        isDirectory: z.boolean(),
        extension: z.string(),
      }),
    })
    .openapi("ScriptRead"),
  failures: ["invalidInput", ...PATH_FAILURES, "scriptMissing", ...READ_FAILURES],
  async handle({ query, scope }, { scripts }, { host }) {
    const file = scripts.resolve(query.path, deploymentInScope(scope, host));
    const { text, size, created, modified, extension } = await scripts.readText(file);
    return {
      path: query.path,
      resolvedPath: file,
      content: text,
      magicComments: isScript(file) ? toMagicComments(parseDirectives(text)) : null,
      metadata: {
        size,
        created: created.toISOString(),
        modified: modified.toISOString(),
        isDirectory: false,
        extension,
      },
    };
  },
});
