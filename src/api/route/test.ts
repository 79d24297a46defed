import { z } from "@hono/zod-openapi";
import { operation } from "../operation.ts";
import { deploymentOfRoute, resolveRoute } from "./resolution.ts";
import { RouteResolution, routeScope } from "./schemas.ts";

/** Paths that one call may ask about. */
const PATHS_MAX = 1000;

/** The same as `route/resolve` for many paths; nothing is run. */
export const test = operation({
  id: "route.test",
  method: "post",
  path: "/api/v1/exec/route/test",
  summary: "Find the scripts of several URL paths",
  body: z
    .object({
      ...routeScope,
      paths: z
        .array(z.string({ error: "paths must be an array of strings" }), {
          error: ({ input }) =>
            input === undefined ? "paths array is required" : "paths must be an array of strings",
        })
        .max(PATHS_MAX, { error: `paths must be at most ${PATHS_MAX}` })
        .openapi({ example: ["/users/123", "/docs/a/b"] }),
    })
    .openapi("RouteTest"),
  response: z
    .object({
      tested: z.int(),
      matched: z.int(),
      notMatched: z.int(),
      results: z.array(RouteResolution),
    })
    .openapi("RouteTested"),
  failures: ["invalidInput"],
  handle({ body }, { routes }, { host }) {
    const deployment = deploymentOfRoute(body, host);
    const results = body.paths.map((path) => resolveRoute(routes, path, deployment));
    const matched = results.filter((result) => result.matched).length;
    return { tested: results.length, matched, notMatched: results.length - matched, results };
  },
});
