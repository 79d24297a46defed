import { z } from "@hono/zod-openapi";
import { deploymentInScope } from "../../scripts/scope.ts";
import { parseCompanion } from "../../user-openapi/companion.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scopeQuery } from "../schemas.ts";
import { readCompanionFile, scriptNames, unreadable } from "./companion-file.ts";
import { FAILURE_EXTRA } from "./schemas.ts";

/** GET /api/v1/exec/user-openapi/schema: the schema file beside a script, as it is. */
export const schema = operation({
  id: "openapi.schema",
  method: "get",
  path: "/api/v1/exec/user-openapi/schema",
  summary: "Read the schema file of a script",
  query: z.object({ ...scopeQuery, ...scriptNames }),
  response: z.record(z.string(), z.unknown()).openapi("UserSchemaFile"),
  failures: ["invalidInput", ...PATH_FAILURES, "schemaMissing", "schemaUnreadable", ...READ_FAILURES],
  failureExtra: FAILURE_EXTRA,
  async handle({ query, scope }, { scripts }, { host }) {
    const { text } = await readCompanionFile(scripts, query, deploymentInScope(scope, host));
    const parsed = parseCompanion(text);
    if (typeof parsed === "string") throw unreadable(parsed);
    // Its own text, so that numbers and repeated names are those of the file.
    return new Response(text, { headers: { "content-type": "application/json; charset=utf-8" } });
  },
});
