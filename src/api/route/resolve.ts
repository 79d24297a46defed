import { z } from "@hono/zod-openapi";
import { operation } from "../operation.ts";
import { deploymentOfRoute, resolveRoute } from "./resolution.ts";
import { RouteResolution, routeScope } from "./schemas.ts";

/** Which script a path would run, and where it was looked for when none would. */
export const resolve = operation({
  id: "route.resolve",
  method: "post",
  path: "/api/v1/exec/route/resolve",
  summary: "Find the script of a URL path",
  body: z
    .object({
      ...routeScope,
      path: z
        .string({
          error: ({ input }) => (input === undefined ? "path is required" : "path must be a string"),
        })
        .min(1, { error: "path is required" })
        .openapi({ example: "/users/123" }),
    })
    .openapi("RouteResolve"),
  response: RouteResolution,
  failures: ["invalidInput"],
  handle({ body }, { routes }, { host }) {
    return resolveRoute(routes, body.path, deploymentOfRoute(body, host));
  },
});
