import type { MiddlewareHandler } from "hono";
import type { ControlEnv } from "./control-env.ts";

/** A caller's own id is kept when it is short and harmless in a log line. */
const ACCEPTED_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Gives each control request an id and answers it as `X-Request-Id`, so that a user can quote it. */
export const requestId: MiddlewareHandler<ControlEnv> = async (context, next) => {
  const id = requestIdOf(context.req.raw.headers);
  context.set("requestId", id);
  await next();
  context.res.headers.set("x-request-id", id);
};

/** The caller's own id, or a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && ACCEPTED_ID.test(given) ? given : `req_${crypto.randomUUID()}`;
}
