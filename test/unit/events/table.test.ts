import { expect, test } from "bun:test";
import { z } from "@hono/zod-openapi";
import { type EventRow, schemaOf } from "../../../src/events/event.ts";
import { EVENTS } from "../../../src/events/table.ts";

const ROWS = Object.entries(EVENTS) as [string, EventRow][];

test.each(ROWS)("the example of %s fits its schema, and names every field", (_type, { fields, example }) => {
  const schema = z.fromJSONSchema(schemaOf(fields) as z.core.JSONSchema.JSONSchema);
  expect(schema.safeParse(example).error).toBeUndefined();
  expect(Object.keys(example).sort()).toEqual(Object.keys(fields).sort());
  expect(schema.safeParse({ ...example, another: 1 }).success).toBe(false);
  for (const name of schemaOf(fields).required ?? []) {
    const { [name]: _, ...rest } = example as Record<string, unknown>;
    expect(schema.safeParse(rest).success).toBe(false);
  }
});

test.each(ROWS)("%s is named domain.action and described without full stop", (type, { description }) => {
  expect(type).toMatch(/^[a-z]+\.[a-z_]+$/);
  expect(description).toMatch(/^[A-Z].*[^.]$/);
});
