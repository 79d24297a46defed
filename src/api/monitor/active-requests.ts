import { z } from "@hono/zod-openapi";
import { ActiveRequest, toActiveRequest } from "../active-request.ts";
import { operation } from "../operation.ts";

/** GET /api/v1/exec/monitor/active-requests: what runs now, the oldest first. */
export const activeRequests = operation({
  id: "monitor.getActiveRequests",
  method: "get",
  path: "/api/v1/exec/monitor/active-requests",
  summary: "List the script requests that have not finished",
  description:
    "Streams are listed until their last byte. Scripts that do not wait for anything never appear.",
  query: z.strictObject({}),
  response: z.object({ count: z.int(), active: z.array(ActiveRequest) }).openapi("ActiveRequests"),
  failures: ["invalidInput"],
  handle(_input, { executions, clock }) {
    const now = clock.now().getTime();
    const active = executions.list().map((each) => toActiveRequest(each, now));
    return { count: active.length, active };
  },
});
