import type { MiddlewareHandler } from "hono";
import type { Services } from "../../services.ts";
import type { ControlEnv } from "./control-env.ts";

/** One log line for each control request: reading ones at `debug`, changing ones at `info`. Queries stay out. */
export function accessLog({ log, clock }: Pick<Services, "log" | "clock">): MiddlewareHandler<ControlEnv> {
  return async (context, next) => {
    const startedMonotonicMs = clock.monotonicMs();
    await next();
    const isReading = context.req.method === "GET" || context.req.method === "HEAD";
    log[isReading ? "debug" : "info"](
      {
        requestId: context.get("requestId"),
        method: context.req.method,
        path: context.req.path,
        status: context.res.status,
        durationMs: Math.round(clock.monotonicMs() - startedMonotonicMs),
        peerIp: context.env.peerIp,
      },
      "control request",
    );
  };
}
