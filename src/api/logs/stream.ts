import { z } from "@hono/zod-openapi";
import { SSE_HEADERS } from "../../base/sse.ts";
import { READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { clampedInteger, queryBoolean } from "../schemas.ts";

/** Lines sent to a follower before those to come. */
const LINES_DEFAULT = 100;

/** The lines of a log as events, also those that are still to be written. */
export const stream = operation({
  id: "logs.stream",
  method: "get",
  path: "/api/v1/exec/logs/stream",
  summary: "Stream a log as server-sent events",
  description:
    "One event for each line. While it follows, the stream goes on in the next file when this one is set aside; an " +
    "event named gap tells that files were gone before they were read. A comment every 5 s shows that it is alive.",
  query: z.object({
    file: z
      .string({ error: "file parameter is required" })
      .openapi({ example: "default-1.log", description: "A name that logs/list gives" }),
    follow: queryBoolean.optional().openapi({ description: "Wait for new lines; true when left out" }),
    lines: clampedInteger({ min: 0, max: 10_000 })
      .optional()
      .openapi({
        description: `Lines of those that are there; ${LINES_DEFAULT} when left out, all of them with follow=false`,
      }),
    ids: queryBoolean.optional().openapi({
      description:
        "Give each event an id; a client that comes back with Last-Event-ID goes on after that line",
    }),
  }),
  response: z.string().openapi({ example: 'data: {"line":"…"}\n\n' }),
  mediaType: "text/event-stream",
  failures: [
    "invalidInput",
    "logNameInvalid",
    "logMissing",
    "logFollowersFull",
    "shuttingDown",
    ...READ_FAILURES,
  ],
  async handle({ query }, { logs, logFollowers }, { headers, signal, keepOpen }) {
    const follow = query.follow ?? true;
    const lines = query.lines ?? (follow ? LINES_DEFAULT : null);
    const lastEventId = headers.get("last-event-id");
    const withIds = query.ids ?? lastEventId !== null;
    await logs.flush();
    const body = await logFollowers.stream(query.file, { follow, lines, withIds, lastEventId }, signal);
    keepOpen();
    return new Response(body, { headers: SSE_HEADERS });
  },
});
