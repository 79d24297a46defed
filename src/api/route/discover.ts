import { z } from "@hono/zod-openapi";
import { deploymentInScope } from "../../scripts/scope.ts";
import type { ScriptStore } from "../../scripts/store.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { findDirectory } from "../find-directory.ts";
import { operation } from "../operation.ts";
import { isoTime } from "../schemas.ts";
import { magicComments, resolvedPath, sizeInBytes } from "../scripts/schemas.ts";
import { describeFile, readDirectives, toMagicComments } from "../scripts/script-details.ts";
import { routeType } from "./schemas.ts";

const DiscoveredRoute = z
  .object({
    routePattern: z.string().openapi({ example: "/users/[id]" }),
    scriptPath: resolvedPath,
    type: routeType,
    parameters: z.array(z.string()).openapi({ example: ["id"] }),
    size: sizeInBytes.optional(),
    modified: isoTime.optional(),
    magicComments: magicComments.optional(),
  })
  .openapi("DiscoveredRoute");

/** Every route of a deployment, or of one directory in it. */
export const discover = operation({
  id: "route.discover",
  method: "post",
  path: "/api/v1/exec/route/discover",
  summary: "List the routes below a directory",
  description:
    "Patterns begin at the deployment; a directory outside of it is looked for below the scripts directory.",
  body: z
    .object({
      baseDir: z.string().default("").openapi({ example: "users", description: "Empty: the deployment" }),
      includeMetadata: z.boolean().default(false),
    })
    .openapi("RouteDiscover"),
  response: z
    .object({ baseDir: z.string(), count: z.int(), routes: z.array(DiscoveredRoute) })
    .openapi("RouteDiscovered"),
  failures: ["invalidInput", ...PATH_FAILURES, "directoryMissing", ...READ_FAILURES],
  async handle({ body }, { scripts, routes }, { host }) {
    const deployment = deploymentInScope({}, host);
    const directory = await findDirectory(scripts, body.baseDir, deployment);
    const isOwn = directory === deployment.key || directory.startsWith(`${deployment.key}/`);
    const found = routes.discover(directory, isOwn ? { patternRoot: deployment.key } : {});
    const described = found.map(async ({ file, routePattern, type, parameters }) => ({
      routePattern,
      scriptPath: file,
      type,
      parameters: [...parameters],
      ...(body.includeMetadata ? await describe(scripts, file) : {}),
    }));
    return { baseDir: body.baseDir, count: found.length, routes: await Promise.all(described) };
  },
});

async function describe(scripts: ScriptStore, file: string) {
  const { size, modified } = describeFile(scripts, file);
  return {
    ...(size === undefined ? {} : { size, modified }),
    magicComments: toMagicComments(await readDirectives(scripts, file)),
  };
}
