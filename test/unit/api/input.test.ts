import { describe, expect, test } from "bun:test";
import { z } from "@hono/zod-openapi";
import { readInput } from "../../../src/api/input.ts";
import { type Operation, operation } from "../../../src/api/operation.ts";
import { clampedInteger, queryBoolean, scopeBody, scopeQuery, scriptPath } from "../../../src/api/schemas.ts";
import type { ExecError } from "../../../src/errors/exec-error.ts";

/** An operation that answers nothing; only its contract matters here. */
function contract(parts: {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
}): Operation {
  return operation({
    id: "test.echo",
    method: "post",
    path: "/api/v1/exec/test/echo",
    summary: "Echo",
    response: z.unknown(),
    handle: () => null,
    ...parts,
  });
}

interface Sent {
  readonly search?: string;
  readonly body?: unknown;
  readonly params?: Readonly<Record<string, string>>;
  readonly path?: string;
}

async function read(parts: Parameters<typeof contract>[0], sent: Sent = {}) {
  const { params, query, body, scope } = await readInput(contract(parts), {
    request: new Request(`http://localhost${sent.path ?? "/x"}${sent.search ?? ""}`, {
      method: "POST",
      ...(sent.body === undefined
        ? {}
        : { body: JSON.stringify(sent.body), headers: { "content-type": "application/json" } }),
    }),
    params: sent.params ?? {},
    bodyBytesMax: 1000,
    bodyTimeoutMs: 1000,
  });
  return { params, query, body, scope } as Record<"params" | "query" | "body" | "scope", unknown>;
}

async function refusal(parts: Parameters<typeof contract>[0], sent: Sent = {}) {
  const error = (await read(parts, sent).then(
    () => null,
    (thrown: unknown) => thrown,
  )) as ExecError | null;
  return { kind: error?.kind, message: error?.message, details: error?.details };
}

describe("the rules for nothing", () => {
  test("an empty query value is not given, so the default applies", async () => {
    const query = z.object({ a: z.string().default("none"), b: z.string().optional() });
    expect((await read({ query }, { search: "?a=&b=" })).query).toEqual({ a: "none" });
  });

  test("an empty body is {} and is validated like any other", async () => {
    const body = z.object({ n: z.number().default(7) });
    expect((await read({ body })).body).toEqual({ n: 7 });
    expect(await refusal({ body: z.object({ n: z.number() }) })).toMatchObject({
      details: { field: "n", reason: "is required" },
    });
  });

  test("of a repeated key the last one counts", async () => {
    const query = z.object({ a: z.string() });
    expect((await read({ query }, { search: "?a=1&a=2" })).query).toEqual({ a: "2" });
  });

  test("+ is a space, and unknown keys are left out", async () => {
    const query = z.object({ a: z.string() });
    expect((await read({ query }, { search: "?a=x+y%2Bz&other=1" })).query).toEqual({ a: "x y+z" });
  });
});

describe("scope", () => {
  const parts = { query: z.object(scopeQuery), body: z.object(scopeBody) };

  test.each<[string, Sent, object]>([
    ["nothing named", {}, {}],
    ["the query", { search: "?execId=2&subdomain=App" }, { execId: "2", subdomain: "app" }],
    ["the body", { body: { execId: "3", subdomain: "app" } }, { execId: "3", subdomain: "app" }],
    ["the alias in the query", { search: "?exec_id=2" }, { execId: "2" }],
    ["the alias in the body", { body: { exec_id: "3" } }, { execId: "3" }],
    ["the query beats the body", { search: "?execId=2", body: { execId: "3" } }, { execId: "2" }],
    [
      "an alias in the query beats the body",
      { search: "?exec_id=2", body: { execId: "3" } },
      { execId: "2" },
    ],
    ["execId beats its alias in one place", { search: "?exec_id=9&execId=2" }, { execId: "2" }],
    [
      "each field by itself",
      { search: "?execId=2", body: { subdomain: "app" } },
      { execId: "2", subdomain: "app" },
    ],
    ["an empty value is not given", { search: "?execId=&exec_id=4" }, { execId: "4" }],
  ])("%s", async (_name, sent, scope) => {
    expect((await read(parts, sent)).scope).toEqual(scope);
  });

  test.each(["A", "a-b", "../x", "x".repeat(65), "%20"])("execId %s is refused", async (execId) => {
    expect(await refusal(parts, { search: `?execId=${execId}` })).toMatchObject({
      kind: "invalidInput",
      details: { field: "execId" },
    });
  });

  test.each(["..", ".", "node_modules", ".git", "a/b", "_SDK"])(
    "subdomain %s is refused",
    async (subdomain) => {
      expect(await refusal(parts, { body: { subdomain } })).toMatchObject({
        kind: "invalidInput",
        details: { field: "subdomain" },
      });
    },
  );
});

describe("refusals", () => {
  test("a schema's own message is the whole text", async () => {
    expect(await refusal({ query: z.object({ path: scriptPath("path parameter is required") }) })).toEqual({
      kind: "invalidInput",
      message: "path parameter is required",
      details: { field: "path", reason: "path parameter is required" },
    });
  });

  test("another issue is named by its place, its field and its reason", async () => {
    const body = z.object({ options: z.object({ level: z.enum(["low", "high"]) }) });
    expect(await refusal({ body }, { body: { options: { level: "x" } } })).toEqual({
      kind: "invalidInput",
      message: "Invalid request body",
      details: { field: "options.level", reason: "must be one of low, high" },
    });
  });

  test("a key that a strict schema does not know is an unexpected parameter", async () => {
    expect(await refusal({ query: z.strictObject({}) }, { search: "?x=1" })).toEqual({
      kind: "invalidInput",
      message: "Invalid request parameters",
      details: { field: "query", reason: "unexpected parameter" },
    });
  });

  test("a broken escape in the path is refused where parameters are read", async () => {
    const params = z.object({ id: z.string() });
    expect(await refusal({ params }, { path: "/x/%zz", params: { id: "%zz" } })).toMatchObject({
      kind: "malformedUrl",
      message: "Malformed URL path",
    });
  });
});

describe("shapes of the query", () => {
  test.each([
    ["true", true],
    ["1", true],
    ["false", false],
    ["0", false],
  ])("a boolean written %s", async (text, value) => {
    expect((await read({ query: z.object({ on: queryBoolean }) }, { search: `?on=${text}` })).query).toEqual({
      on: value,
    });
  });

  test("another word is no boolean", async () => {
    expect(await refusal({ query: z.object({ on: queryBoolean }) }, { search: "?on=yes" })).toMatchObject({
      message: "Invalid query parameter",
      details: { field: "on", reason: "must be one of 0, 1, true, false" },
    });
  });

  test("an integer is clamped, anything else refused", async () => {
    const query = z.object({ limit: clampedInteger({ min: 1, max: 500 }) });
    expect((await read({ query }, { search: "?limit=9999" })).query).toEqual({ limit: 500 });
    expect((await read({ query }, { search: "?limit=-1" })).query).toEqual({ limit: 1 });
    expect(await refusal({ query }, { search: "?limit=1.5" })).toMatchObject({
      message: "Invalid query parameter",
      details: { field: "limit", reason: "must be between 1 and 500" },
    });
  });
});
