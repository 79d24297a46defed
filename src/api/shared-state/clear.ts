import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import type { Services } from "../../services.ts";
import { operation } from "../operation.ts";
import { toRuntimeKey } from "../runtime-key.ts";
import { statePlace } from "./schemas.ts";

/** POST /api/v1/exec/shared-state/clear: empties what scripts of a deployment keep in `shared`. */
export const clear = operation({
  id: "state.clear",
  method: "post",
  path: "/api/v1/exec/shared-state/clear",
  summary: "Remove shared state",
  description:
    "Removes the value at a path, the whole state of a deployment, or with clearAll that of every one.",
  body: z
    .object({
      ...statePlace,
      hostname: z
        .string()
        .optional()
        .openapi({ example: "default/1", description: "Needed without clearAll" }),
      clearAll: z.boolean().default(false).openapi({ description: "Every deployment instead of one" }),
    })
    .openapi("SharedStateClear"),
  response: z
    .object({
      cleared: z.boolean().openapi({ description: "Whether anything was there to remove" }),
      count: z.int().openapi({ description: "Members removed; a path counts as one" }),
      remaining: z.int().openapi({ description: "Top-level members left" }),
    })
    .openapi("SharedStateCleared"),
  failures: ["invalidInput"],
  handle({ body }, { shared }) {
    const { count, remaining } = body.clearAll ? clearEvery(shared) : clearOne(shared, body);
    return { cleared: count > 0, count, remaining };
  },
});

function clearOne(
  shared: Services["shared"],
  body: {
    readonly hostname?: string | undefined;
    readonly execId?: string | undefined;
    readonly path: string | null;
  },
) {
  if (body.hostname === undefined || body.hostname === "") {
    throw new ExecError("invalidInput", "hostname is required", {
      details: { field: "hostname", reason: "hostname is required" },
    });
  }
  return shared.clear(toRuntimeKey(body.hostname, body.execId), body.path);
}

/** A path beside clearAll is ignored, because it belongs to one deployment. */
function clearEvery(shared: Services["shared"]) {
  const results = shared.keys().map((key) => shared.clear(key, null));
  return {
    count: results.reduce((sum, { count }) => sum + count, 0),
    remaining: results.reduce((sum, { remaining }) => sum + remaining, 0),
  };
}
