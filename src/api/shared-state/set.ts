import { z } from "@hono/zod-openapi";
import { operation } from "../operation.ts";
import { toRuntimeKey } from "../runtime-key.ts";
import { statePlace } from "./schemas.ts";

/** POST /api/v1/exec/shared-state/set: changes what scripts of a deployment see in `shared`. */
export const set = operation({
  id: "state.set",
  method: "post",
  path: "/api/v1/exec/shared-state/set",
  summary: "Write shared state",
  description:
    "Objects on the way to the path are created. With merge, members of an object are added to it.",
  body: z
    .object({
      ...statePlace,
      value: z
        .unknown()
        .refine((value) => value !== undefined, { error: "value is required" })
        .openapi({ description: "Any JSON value; an object when no path is given" }),
      merge: z.boolean().default(false).openapi({ description: "Shallow merge into the object at path" }),
    })
    .openapi("SharedStateChange"),
  response: z
    .object({
      hostname: z.string(),
      path: z.string().nullable(),
      updated: z.literal(true),
      merged: z.boolean(),
      size: z.int().openapi({ description: "Bytes of what now stands at the path as JSON" }),
    })
    .openapi("SharedStateChanged"),
  failures: ["invalidInput", "stateTooLarge"],
  handle({ body: { hostname, execId, path, value, merge } }, { shared }) {
    const { sizeBytes } = shared.set(toRuntimeKey(hostname, execId), { path, value, merge });
    return { hostname, path, updated: true, merged: merge, size: sizeBytes };
  },
});
