import { expect, test } from "bun:test";
import { z } from "@hono/zod-openapi";
import type { ServerEvent } from "../../src/events/bus.ts";
import { schemaOf } from "../../src/events/event.ts";
import { EVENTS, type EventType } from "../../src/events/table.ts";
import { testApp } from "../support/app.ts";

type Call = readonly [method: string, path: string, body?: unknown];

/** TABLE: event → the calls that lead to it, and what it must say. A type without a row does not compile. */
const ROWS: Readonly<Record<EventType, { readonly calls: readonly Call[]; readonly payload: object }>> = {
  "script.written": {
    calls: [["POST", "scripts/write", { path: "b.ts", content: "return 2" }]],
    payload: {
      path: "default/1/b.ts",
      scope: "default/1",
      created: true,
      size: 8,
      validated: true,
      source: "api",
    },
  },
  "script.deleted": {
    calls: [["DELETE", "scripts/delete?path=a.ts&confirm=true"]],
    payload: { path: "default/1/a.ts", scope: "default/1", source: "api" },
  },
  "script.moved": {
    calls: [["POST", "scripts/move", { from: "a.ts", to: "c.ts" }]],
    payload: { from: "default/1/a.ts", to: "default/1/c.ts", scope: "default/1" },
  },
  "system.packages_installed": {
    calls: [
      ["POST", "package/init"],
      ["POST", "package/install"],
    ],
    payload: { packages: [], ok: true },
  },
};

test.each(Object.entries(ROWS) as [EventType, (typeof ROWS)[EventType]][])(
  "%s is emitted by a real action, once, and fits its schema",
  async (type, { calls, payload }) => {
    await using app = await testApp({ files: { "default/1/a.ts": "return 1" } });
    using events = app.services.events.subscribe();
    const answers = [];
    for (const [method, path, body] of calls)
      answers.push(await app.call(method, `/api/v1/exec/${path}`, body));
    const { value } = await events[Symbol.asyncIterator]().next();
    const event = value as ServerEvent;
    expect(event).toMatchObject({ type, payload, channel: EVENTS[type].channel, sequence: 1 });
    expect(event.correlation_id).toBe(answers.at(-1)?.headers.get("x-request-id") ?? "none");
    const schema = z.fromJSONSchema(schemaOf(EVENTS[type].fields) as z.core.JSONSchema.JSONSchema);
    expect(schema.safeParse(event.payload).error).toBeUndefined();
  },
);

test("a refused call emits nothing", async () => {
  await using app = await testApp();
  using events = app.services.events.subscribe();
  await app.call("POST", "/api/v1/exec/scripts/write", { path: "b.ts", content: "return {" });
  await app.call("DELETE", "/api/v1/exec/scripts/delete?path=a.ts&confirm=true");
  events[Symbol.dispose]();
  const told: ServerEvent[] = [];
  for await (const event of events) told.push(event);
  expect(told).toEqual([]);
});
