import { z } from "@hono/zod-openapi";
import { deploymentInScope } from "../../scripts/scope.ts";
import { ScriptReader } from "../../user-openapi/generate.ts";
import type { ScriptRoute } from "../../user-openapi/script-routes.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scopeQuery } from "../schemas.ts";
import { scan } from "./scan.ts";
import { directoryName, FAILURE_EXTRA, OWN_SCRIPTS } from "./schemas.ts";

const ListedScript = z
  .object({
    path: z.string().openapi({ example: "users/[id].ts", description: "Below the deployment" }),
    routePath: z.string().openapi({ example: "/users/{id}" }),
    hasSchema: z.boolean(),
    schemaFormat: z.enum(["openapi-json", "json-schema"]).nullable(),
    pathParameters: z.array(z.string()).openapi({ example: ["id"] }),
    label: z.string().optional(),
    description: z.string().optional(),
    tags: z.array(z.string()).optional(),
  })
  .openapi("UserScript");

/** GET /api/v1/exec/user-openapi/list: what the document of the scripts would be about. */
export const list = operation({
  id: "openapi.list",
  method: "get",
  path: "/api/v1/exec/user-openapi/list",
  summary: "List scripts with their routes and schema files",
  description: "The rows stand twice, because clients look for them in data.scripts and in scripts.",
  query: z.object({ ...scopeQuery, directory: directoryName.optional(), dir: directoryName.optional() }),
  response: z
    .object({
      success: z.literal(true),
      data: z.object({
        directory: z.string(),
        totalScripts: z.int(),
        withSchemas: z.int(),
        scripts: z.array(ListedScript),
      }),
      scripts: z.array(ListedScript),
    })
    .openapi("UserScripts"),
  failures: ["invalidInput", ...PATH_FAILURES, "directoryMissing", "documentTooLarge", ...READ_FAILURES],
  failureExtra: FAILURE_EXTRA,
  async handle({ query, scope }, services, { host }) {
    const directory = query.directory ?? query.dir ?? OWN_SCRIPTS;
    const { found } = await scan(services, deploymentInScope(scope, host), [directory]);
    const reader = new ScriptReader(services.scripts, services.config.openapiBytesMax);
    const scripts: z.input<typeof ListedScript>[] = [];
    for (const script of found) scripts.push(await describe(reader, script));
    const withSchemas = scripts.filter(({ hasSchema }) => hasSchema).length;
    return {
      success: true,
      data: { directory, totalScripts: scripts.length, withSchemas, scripts },
      scripts,
    };
  },
});

async function describe(reader: ScriptReader, script: ScriptRoute): Promise<z.input<typeof ListedScript>> {
  const { path, route, companion } = script;
  const { label, description, tags } = (await reader.readDirectives(script))?.effective ?? {};
  return {
    path,
    routePath: route.path,
    hasSchema: companion !== null,
    schemaFormat: companion?.format ?? null,
    pathParameters: route.parameters.map(({ name }) => name),
    ...(label ? { label } : {}),
    ...(description ? { description } : {}),
    ...(tags !== undefined && tags.length > 0 ? { tags: [...tags] } : {}),
  };
}
