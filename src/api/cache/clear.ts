import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import type { Services } from "../../services.ts";
import { operation } from "../operation.ts";
import { hostnameExecId, toRuntimeKey } from "../runtime-key.ts";

const Count = z.object({ cleared: z.int(), remaining: z.int() });

/** POST /api/v1/exec/cache/clear: drops what the engine keeps of one deployment, or of all. */
export const clear = operation({
  id: "cache.clear",
  method: "post",
  path: "/api/v1/exec/cache/clear",
  summary: "Drop compiled scripts, kept contexts and shared state",
  description:
    "Running executions finish with what they have; the next request starts from the files on disk.",
  body: z
    .object({
      hostname: z.string().optional().openapi({ example: "default/1" }),
      execId: hostnameExecId,
      scriptPath: z
        .unknown()
        .optional()
        .openapi({ type: "string", deprecated: true, description: "Refused: caches belong to deployments" }),
      clearVm: z.boolean().default(true),
      clearState: z.boolean().default(false),
      clearAll: z.boolean().default(false).openapi({ description: "Every deployment instead of one" }),
    })
    .openapi("CacheClear"),
  response: z.object({ cleared: z.boolean(), vmCache: Count, sharedState: Count }).openapi("CacheCleared"),
  failures: ["invalidInput"],
  handle({ body }, services) {
    const key = selectKey(body);
    return {
      cleared: true,
      vmCache: body.clearVm
        ? services.caches.clear(key)
        : { cleared: 0, remaining: services.caches.keys().length },
      sharedState: body.clearState
        ? dropStates(services.shared, key)
        : { cleared: 0, remaining: services.shared.keys().length },
    };
  },
});

/** The deployment to clear, or null for all. */
function selectKey(body: {
  readonly hostname?: string | undefined;
  readonly execId?: string | undefined;
  readonly scriptPath?: unknown;
  readonly clearAll: boolean;
}): string | null {
  if (body.clearAll) return null;
  if (body.hostname !== undefined && body.hostname !== "") return toRuntimeKey(body.hostname, body.execId);
  const byScript = body.scriptPath !== undefined && body.scriptPath !== null;
  throw new ExecError("invalidInput", "hostname or clearAll=true is required", {
    details: byScript
      ? {
          field: "scriptPath",
          reason: "deprecated: name the deployment with hostname, or pass clearAll=true",
        }
      : { field: "hostname", reason: "hostname or clearAll=true is required" },
  });
}

function dropStates(shared: Services["shared"], key: string | null) {
  const doomed = key === null ? shared.keys() : [key];
  const cleared = doomed.filter((each) => shared.drop(each)).length;
  return { cleared, remaining: shared.keys().length };
}
