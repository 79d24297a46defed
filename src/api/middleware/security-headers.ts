import type { MiddlewareHandler } from "hono";
import type { ControlEnv } from "./control-env.ts";

/** Control answers hold sources and states: no cache keeps them, unless they say so, and no browser guesses what they are. */
export const securityHeaders: MiddlewareHandler<ControlEnv> = async (context, next) => {
  await next();
  context.res.headers.set("x-content-type-options", "nosniff");
  if (!context.res.headers.has("cache-control")) context.res.headers.set("cache-control", "no-store");
};
