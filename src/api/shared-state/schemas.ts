import { z } from "@hono/zod-openapi";
import { hostnameExecId, hostnameField } from "../runtime-key.ts";

/** Place inside the state; absent, null and the empty text mean the whole of it. */
export const statePath = z
  .string()
  .nullish()
  .transform((path) => (path === undefined || path === null || path === "" ? null : path))
  .openapi({
    example: "user.name",
    description: "Dot path; absent means all",
  });

/** Fields that name a place in the state of one deployment. */
export const statePlace = { hostname: hostnameField, execId: hostnameExecId, path: statePath };
