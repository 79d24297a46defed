import { z } from "@hono/zod-openapi";
import { toRoutePattern } from "../../routing/pattern.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import { readCompanion } from "../../user-openapi/companion.ts";
import { toOpenApiPath } from "../../user-openapi/paths.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scopeBody } from "../schemas.ts";
import { readCompanionFile, scriptNames } from "./companion-file.ts";
import { FAILURE_EXTRA } from "./schemas.ts";

/** POST /api/v1/exec/user-openapi/validate: whether the schema file beside a script can be used. */
export const validate = operation({
  id: "openapi.validate",
  method: "post",
  path: "/api/v1/exec/user-openapi/validate",
  summary: "Check the schema file of a script",
  description: "Looks at the file alone, not at the document of all scripts.",
  body: z.object({ ...scopeBody, ...scriptNames }).openapi("UserSchemaValidate"),
  response: z
    .object({
      success: z.boolean(),
      data: z
        .record(z.string(), z.unknown())
        .nullable()
        .openapi({ description: "The file, if it is a JSON object" }),
      errors: z.array(z.string()).optional(),
    })
    .openapi("UserSchemaValidation"),
  failures: ["invalidInput", ...PATH_FAILURES, "schemaMissing", "schemaUnreadable", ...READ_FAILURES],
  failureExtra: FAILURE_EXTRA,
  async handle({ body, scope }, { scripts }, { host }) {
    const deployment = deploymentInScope(scope, host);
    const { file, format, text } = await readCompanionFile(scripts, body, deployment);
    const root = file.startsWith(`${deployment.key}/`) ? deployment.key : "";
    const stem = file.replace(/\.(?:openapi|schema)\.json$/, "");
    const reading = readCompanion(text, {
      format,
      route: toOpenApiPath(toRoutePattern(`${stem}.ts`, root)),
      name: "Schema",
    });
    return reading.kind === "refused"
      ? { success: false, data: reading.value, errors: [...reading.errors] }
      : { success: true, data: reading.value };
  },
});
