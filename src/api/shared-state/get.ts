import { z } from "@hono/zod-openapi";
import { operation } from "../operation.ts";
import { toRuntimeKey } from "../runtime-key.ts";
import { statePlace } from "./schemas.ts";

/** POST /api/v1/exec/shared-state/get: what scripts of a deployment keep in `shared`. */
export const get = operation({
  id: "state.get",
  method: "post",
  path: "/api/v1/exec/shared-state/get",
  summary: "Read shared state",
  description: "Members that JSON cannot hold are left out of state and size.",
  body: z.object(statePlace).openapi("SharedStatePlace"),
  response: z
    .object({
      hostname: z.string(),
      path: z.string().nullable(),
      exists: z.boolean(),
      state: z.unknown(),
      size: z.int().optional().openapi({ description: "Bytes of the state as JSON, when it exists" }),
    })
    .openapi("SharedState"),
  failures: ["invalidInput"],
  handle({ body: { hostname, execId, path } }, { shared }) {
    const reading = shared.get(toRuntimeKey(hostname, execId), path);
    return reading.kind === "absent"
      ? { hostname, path, exists: false, state: null }
      : { hostname, path, exists: true, state: reading.state, size: reading.sizeBytes };
  },
});
