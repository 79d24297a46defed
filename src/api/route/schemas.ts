import { z } from "@hono/zod-openapi";
import { execId, unlessEmpty } from "../schemas.ts";

/** Kinds of routes, the more specific ones first. */
export const routeType = z.enum(["static", "dynamic", "catchall", "optional-catchall", "fallback"]);

/** Whose routes are asked; what is absent comes from the Host header. */
export const routeScope = {
  hostname: z
    .string()
    .optional()
    .openapi({ example: "localhost", description: "Host value, or a key such as default/1" }),
  execId: unlessEmpty(execId),
};

/** Where one path leads. */
export const RouteResolution = z
  .discriminatedUnion("matched", [
    z.object({
      matched: z.literal(true),
      path: z.string(),
      scriptPath: z.string().openapi({ example: "default/1/users/[id].ts" }),
      routePattern: z.string().openapi({ example: "/users/[id]" }),
      parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
      type: routeType,
      baseDir: z.string().openapi({ example: "default/1", description: "Directory it was found in" }),
    }),
    z.object({
      matched: z.literal(false),
      path: z.string(),
      hostname: z.string(),
      execId: z.string().nullable(),
      triedDirectories: z.array(z.string()).openapi({ description: "Relative to the scripts directory" }),
    }),
  ])
  .openapi("RouteResolution");
