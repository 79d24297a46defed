import { z } from "@hono/zod-openapi";
import { deploymentInScope } from "../../scripts/scope.ts";
import { generateDocument } from "../../user-openapi/generate.ts";
import { writeYaml } from "../../user-openapi/yaml.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scopeQuery } from "../schemas.ts";
import { scan } from "./scan.ts";
import { DEFAULT_INFO, directoryName, FAILURE_EXTRA, OpenApiDocument, OWN_SCRIPTS } from "./schemas.ts";

/** GET /api/v1/exec/user-openapi/spec: the document of the scripts as they are now. */
export const spec = operation({
  id: "openapi.spec",
  method: "get",
  path: "/api/v1/exec/user-openapi/spec",
  summary: "Describe the user's scripts as OpenAPI",
  description: "Made anew for each call. x-schema-errors names schema files that cannot be used.",
  query: z.object({
    ...scopeQuery,
    dir: directoryName.optional(),
    directory: directoryName.optional(),
    format: z.enum(["json", "yaml"]).default("json"),
  }),
  response: OpenApiDocument,
  otherMediaTypes: ["application/yaml"],
  failures: ["invalidInput", ...PATH_FAILURES, "directoryMissing", "documentTooLarge", ...READ_FAILURES],
  failureExtra: FAILURE_EXTRA,
  async handle({ query, scope }, services, { host }) {
    const directory = query.dir ?? query.directory ?? OWN_SCRIPTS;
    const { found } = await scan(services, deploymentInScope(scope, host), [directory]);
    const { document } = await generateDocument(services.scripts, found, {
      info: DEFAULT_INFO,
      // Relative to where the document came from: that Host is the one that reaches these scripts.
      servers: [{ url: "/" }],
      bytesMax: services.config.openapiBytesMax,
    });
    return query.format === "json"
      ? document
      : new Response(await writeYaml(document), {
          headers: { "content-type": "application/yaml; charset=utf-8" },
        });
  },
});
