import { expect, test } from "bun:test";
import { z } from "@hono/zod-openapi";
import type { ServerEvent, Subscription } from "../../src/events/bus.ts";
import { schemaOf } from "../../src/events/event.ts";
import { EVENTS, type EventType } from "../../src/events/table.ts";
import { apiDocument, apiSource } from "../support/api-source.ts";
import { type TestApp, testApp } from "../support/app.ts";

type Call = readonly [method: string, path: string, body?: unknown];

interface Row {
  readonly calls: readonly Call[];
  readonly payload: object;
  /** What it belongs to; the last call when left out. */
  readonly of?: "run" | "nobody";
}

const TICK = "// @schedule 0 6 1 1 *\nreturn 1";
const TRIGGER: Call = ["POST", "schedules/trigger", { scriptPath: "tick.ts" }];
const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/);

/** TABLE: event → the calls that lead to it, and what it must say. A type without a row does not compile. */
const ROWS: Readonly<Record<EventType, Row>> = {
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
  "schedule.registered": {
    calls: [["POST", "scripts/write", { path: "yearly.ts", content: TICK }]],
    payload: {
      path: "default/1/yearly.ts",
      expression: "0 6 1 1 *",
      next_fire: expect.stringMatching(/^\d{4}-01-01T06:00:00\.000Z$/),
    },
    of: "nobody",
  },
  "schedule.unregistered": {
    calls: [
      ["POST", "scripts/write", { path: "yearly.ts", content: TICK }],
      ["POST", "scripts/write", { path: "yearly.ts", content: "return 1" }],
    ],
    payload: { path: "default/1/yearly.ts", reason: "unscheduled" },
    of: "nobody",
  },
  "schedule.fired": {
    calls: [TRIGGER],
    payload: { path: "default/1/tick.ts", run_id: UUID, node: expect.any(String) },
    of: "run",
  },
  "schedule.completed": {
    calls: [TRIGGER],
    payload: { path: "default/1/tick.ts", run_id: UUID, status: "ok", duration_ms: expect.any(Number) },
    of: "run",
  },
  "schedule.skipped": {
    calls: [["POST", "schedules/trigger", { scriptPath: "again.ts" }]],
    payload: { path: "default/1/again.ts", reason: "The previous run has not ended" },
    of: "run",
  },
  "system.packages_installed": {
    calls: [
      ["POST", "package/init"],
      ["POST", "package/install"],
    ],
    payload: { packages: [], ok: true },
  },
};

test.each(Object.entries(ROWS) as [EventType, Row][])(
  "%s is emitted by a real action, once, and fits its schema",
  async (type, { calls, payload, of }) => {
    const again = `// @schedule @daily
await new Promise((resolve) => setImmediate(resolve));
return 1`;
    await using app = await testApp({
      files: { "default/1/a.ts": "return 1", "default/1/tick.ts": TICK, "default/1/again.ts": again },
    });
    await app.services.schedules.ready();
    using events = app.services.events.subscribe();
    const answers = await Promise.all(
      type === "schedule.skipped" ? [...calls, ...calls].map((call) => send(app, call)) : [],
    );
    if (answers.length === 0) for (const call of calls) answers.push(await send(app, call));
    const event = await firstOf(type, events);
    expect((await toldBy(events)).filter((each) => each.type === type)).toEqual([]);
    const schema = z.fromJSONSchema(schemaOf(EVENTS[type].fields) as z.core.JSONSchema.JSONSchema);
    expect(schema.safeParse(event?.payload).error).toBeUndefined();
    const requestId = answers.at(-1)?.headers.get("x-request-id") ?? "none";
    expect(event?.correlation_id).toEqual(of === "run" ? UUID : of === "nobody" ? null : requestId);
    // Last, since it puts the row's matchers in the place of what they match.
    expect(event).toMatchObject({ payload, channel: EVENTS[type].channel });
  },
);

function send(app: TestApp, [method, path, body]: Call) {
  return app.call(method, `/api/v1/exec/${path}`, body);
}

async function firstOf(type: EventType, events: Subscription): Promise<ServerEvent | undefined> {
  for await (const event of events) if (event.type === type) return event;
  return undefined;
}

/** What has been emitted so far, and no more. */
async function toldBy(events: Subscription): Promise<readonly ServerEvent[]> {
  events[Symbol.dispose]();
  const told: ServerEvent[] = [];
  for await (const event of events) told.push(event);
  return told;
}

/** TABLE: call on the files a.ts and b.ts → the scripts that it tells to have been written or deleted. */
test.each<[Call, string[]]>([
  [
    ["PUT", "magic-comments/update", { path: "a.ts", comments: { label: "x" } }],
    ["script.written default/1/a.ts"],
  ],
  [["PUT", "magic-comments/update", { path: "a.ts", comments: { label: "x" }, dry_run: true }], []],
  [["PUT", "magic-comments/update", { path: "a.ts", comments: {} }], []],
  [
    ["POST", "magic-comments/bulk-update", { execId: "1", comments: { label: "x" } }],
    ["script.written default/1/a.ts", "script.written default/1/b.ts"],
  ],
])("%j tells %j", async (call, expected) => {
  await using app = await testApp({ files: { "default/1/a.ts": "return 1", "default/1/b.ts": "return 1" } });
  using events = app.services.events.subscribe();
  expect((await send(app, call)).status).toBe(200);
  expect((await toldBy(events)).map(describeEvent)).toEqual(expected);
});

test("an import, another of a changed document and the removal tell each script that they write or delete", async () => {
  await using api = await apiSource(apiDocument({ "/a": ["get"], "/b": ["get"] }));
  await using app = await testApp({ flags: ["--sdk-import-allow-local"] });
  const told = async (...call: Call) => {
    using events = app.services.events.subscribe();
    expect((await send(app, call)).status).toBe(200);
    return (await toldBy(events)).map(describeEvent).sort();
  };
  const sent = { execId: "pets", source_url: api.document, middleware: { pre: "return" } };
  expect(await told("POST", "sdk/import", sent)).toEqual([
    "script.written default/pets/a.ts",
    "script.written default/pets/b.ts",
    "script.written default/pets/pre.js",
  ]);
  expect(await told("POST", "sdk/import", sent)).toEqual([]);
  api.publish(apiDocument({ "/a": ["get"], "/c": ["get"] }));
  expect(await told("POST", "sdk/import", sent)).toEqual([
    "script.deleted default/pets/b.ts",
    "script.written default/pets/c.ts",
  ]);
  expect(await told("DELETE", "sdk/pets")).toEqual([
    "script.deleted default/pets/a.ts",
    "script.deleted default/pets/c.ts",
    "script.deleted default/pets/pre.js",
  ]);
});

function describeEvent({ type, payload }: ServerEvent): string {
  return `${type} ${"path" in payload ? payload.path : ""}`;
}

test("a refused call emits nothing", async () => {
  await using app = await testApp();
  using events = app.services.events.subscribe();
  await app.call("POST", "/api/v1/exec/scripts/write", { path: "b.ts", content: "return {" });
  await app.call("DELETE", "/api/v1/exec/scripts/delete?path=a.ts&confirm=true");
  expect(await toldBy(events)).toEqual([]);
});
