import { z } from "@hono/zod-openapi";
import { isExecError } from "../../errors/exec-error.ts";
import { DEFAULT_DEPLOYMENT, isExecId, isSubdomain } from "../../scripts/deployment.ts";
import { isScript } from "../../scripts/exclude.ts";
import type { ScriptStore } from "../../scripts/store.ts";
import { READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { CustomDeployment, SdkDeployment } from "./schemas.ts";

/** Every deployment on disk. */
export const list = operation({
  id: "ids.list",
  method: "get",
  path: "/api/v1/exec/list",
  summary: "List deployments",
  response: z
    .object({
      execIds: z.array(z.union([CustomDeployment, SdkDeployment])),
      total: z.int(),
      summary: z.object({ sdk: z.int(), custom: z.int() }),
    })
    .openapi("DeploymentList"),
  failures: READ_FAILURES,
  async handle(_input, { scripts, sdks }) {
    const sources = new Map((await sdks.store.list()).map(({ id, marker }) => [id, marker.sourceUrl]));
    const execIds: (z.input<typeof CustomDeployment> | z.input<typeof SdkDeployment>)[] = [];
    for (const subdomain of await directoriesIn(scripts, "")) {
      if (!isSubdomain(subdomain)) continue;
      for (const execId of await directoriesIn(scripts, subdomain)) {
        if (!isExecId(execId)) continue;
        const id = subdomain === DEFAULT_DEPLOYMENT.subdomain ? execId : `${subdomain}/${execId}`;
        const files = await countScripts(scripts, `${subdomain}/${execId}`);
        const source_url = sources.get(id);
        execIds.push(
          source_url === undefined ? { id, type: "custom", files } : { id, type: "sdk", source_url, files },
        );
      }
    }
    const sdk = execIds.filter(({ type }) => type === "sdk").length;
    return { execIds, total: execIds.length, summary: { sdk, custom: execIds.length - sdk } };
  },
});

async function directoriesIn(scripts: ScriptStore, directory: string): Promise<readonly string[]> {
  const entries = await listed(scripts, directory, false);
  return entries.filter(({ isDirectory, isLink }) => isDirectory && !isLink).map(({ name }) => name);
}

async function countScripts(scripts: ScriptStore, directory: string): Promise<number> {
  return (await listed(scripts, directory, true)).filter(({ path }) => isScript(path)).length;
}

/** What a directory holds; nothing when it went away since its parent was read. */
async function listed(scripts: ScriptStore, directory: string, recursive: boolean) {
  try {
    return await scripts.list(directory, { recursive });
  } catch (error) {
    if (isExecError(error) && error.status < 500) return [];
    throw error;
  }
}
