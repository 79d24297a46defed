import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import { PATH_FAILURES, WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scopeQuery } from "../schemas.ts";
import { fileName, resolvedPath, sizeInBytes } from "./schemas.ts";

const UNCONFIRMED = "confirm=true parameter required for safety";

/** Removes one file; nothing else, not even the directory it leaves empty. */
export const remove = operation({
  id: "scripts.delete",
  method: "delete",
  path: "/api/v1/exec/scripts/delete",
  summary: "Delete a script",
  query: z.object({
    ...scopeQuery,
    path: fileName("path parameter is required"),
    confirm: z.string().optional().openapi({ example: "true", description: "Must be the word true" }),
  }),
  response: z
    .object({ deleted: z.literal(true), path: z.string(), resolvedPath, size: sizeInBytes })
    .openapi("ScriptDeleted"),
  failures: ["invalidInput", ...PATH_FAILURES, "scriptMissing", ...WRITE_FAILURES],
  async handle({ query, scope }, { scripts, events }, { host, id }) {
    if (query.confirm !== "true") {
      throw new ExecError("invalidInput", UNCONFIRMED, {
        details: { field: "confirm", reason: "must be true" },
      });
    }
    const deployment = deploymentInScope(scope, host);
    const file = scripts.resolve(query.path, deployment);
    const { size } = await scripts.delete(file);
    events.emit("script.deleted", { path: file, scope: deployment.key, source: "api" }, id);
    return { deleted: true as const, path: query.path, resolvedPath: file, size };
  },
});
