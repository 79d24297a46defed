import type { MiddlewareHandler } from "hono";
import type { Services } from "../../services.ts";
import type { ControlEnv } from "./control-env.ts";

/** One log line for each control request: reading ones at `debug`, changing ones at `info`. Queries stay out. */
export function accessLog({ log, clock }: Pick<Services, "log" | "clock">): MiddlewareHandler<ControlEnv> {
  return async (context, next) => {
    const startedMonotonicMs = clock.monotonicMs();
    await next();
    const { method, peerIp } = context.env;
    const isReading = method === "GET" || method === "HEAD";
    log[isReading ? "debug" : "info"](
      {
        requestId: context.get("requestId"),
        method,
        path: context.req.path,
        status: context.res.status,
        durationMs: Math.round(clock.monotonicMs() - startedMonotonicMs),
        peerIp,
      },
      "control request",
    );
  };
}
