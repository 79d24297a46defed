import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import pino from "pino";
import { accessOf } from "../../../src/access/routes.ts";
import type { Operation } from "../../../src/api/operation.ts";
import { OPERATIONS } from "../../../src/api/operations.ts";
import { createApi } from "../../../src/api/register.ts";
import { isRole, ROLES, type Scope } from "../../../src/config/scopes.ts";
import { bearer, TOKEN_FLAGS, TOKENS, WRONG_TOKEN } from "../../support/api-tokens.ts";
import { type TestApp, testApp } from "../../support/app.ts";

const lines: string[] = [];
const answers: string[] = [];

let app: TestApp;
beforeAll(async () => {
  app = await testApp({
    flags: TOKEN_FLAGS,
    files: { "default/1/a.js": "return 1" },
    log: pino({ level: "trace" }, { write: (line: string) => void lines.push(line) }),
  });
});
afterAll(() => app[Symbol.asyncDispose]());

/** Sends an operation without any input: whether it is let in is decided before input is looked at. */
async function ask({ method, path }: Pick<Operation, "path"> & { method: string }, token: string | null) {
  const response = await app.fetch(path.replace(/\{\w+\}/g, "none"), {
    method: method.toUpperCase(),
    headers: token === null ? {} : bearer(token),
  });
  const text = await response.text();
  answers.push(text, ...response.headers.values());
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : null };
}

const ROUTES = OPERATIONS.map((operation) => [`${operation.method} ${operation.path}`, operation] as const);

describe.each(ROUTES)("%s", (_route, operation) => {
  const access = accessOf(operation.method, operation.path);

  test("without a token", async () => {
    const { status, headers, body } = await ask(operation, null);
    if (access === "public") return expect(status).toBe(200);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe('Bearer realm="hoody-exec"');
    expect(body).toEqual({
      ...operation.failureExtra,
      error: "Unauthorized",
      code: "ERROR_401",
      timestamp: expect.any(String),
      details: { field: "authorization", reason: "a token is required" },
    });
  });

  test("with a wrong token it is 401, also where none is needed", async () => {
    const { status, headers, body } = await ask(operation, WRONG_TOKEN);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe('Bearer realm="hoody-exec"');
    expect(body).toMatchObject({ code: "ERROR_401", details: { reason: "the token is not valid" } });
  });

  test.each([...TOKENS])("with a token of %s", async (grant, token) => {
    const scopes = isRole(grant) ? ROLES[grant] : [grant as Scope];
    const { status, body } = await ask(operation, token);
    if (access === "public" || scopes.includes(access)) return expect([401, 403]).not.toContain(status);
    expect(status).toBe(403);
    expect(body).toEqual({
      ...operation.failureExtra,
      error: `The token does not have the scope ${access}`,
      code: "ERROR_403",
      timestamp: expect.any(String),
      details: { field: "authorization", reason: `needs the scope ${access}`, scope: access },
    });
  });
});

describe("paths and methods that do not exist", () => {
  const missing = [
    { method: "get", path: "/api/v1/exec/nope", status: 404 },
    { method: "post", path: "/api/v1/exec/health", status: 405 },
    { method: "options", path: "/api/v1/exec/scripts/write", status: 405 },
  ];

  test.each(missing)("$method $path says nothing to whoever has no token", async (call) => {
    for (const token of [null, WRONG_TOKEN]) {
      const { status, headers } = await ask(call, token);
      expect(status).toBe(401);
      expect(headers.get("allow")).toBeNull();
    }
  });

  test.each(missing)("$method $path is $status for the bearer of any token", async (call) => {
    for (const token of TOKENS.values()) expect((await ask(call, token)).status).toBe(call.status);
  });
});

test("an operation that nobody has decided about does not start", () => {
  const [health] = OPERATIONS;
  const stray = { ...(health as Operation), path: "/api/v1/exec/stray" };
  expect(() => createApi([...OPERATIONS, stray], app.services)).toThrow(
    'Cannot serve "GET /api/v1/exec/stray": access/routes.ts has no row for it',
  );
});

// The last of this file: it looks at everything that was answered and logged above.
test("no token stands in an answer or in the log", async () => {
  for (const token of TOKENS.values()) {
    for (const path of ["scripts/list?metadata=true", "list", "health"]) {
      await ask({ method: "get", path: `/api/v1/exec/${path}` }, token);
    }
  }
  const seen = [...answers, ...lines].join("\n");
  expect(lines.length).toBeGreaterThan(answers.length / 20);
  for (const token of [...TOKENS.values(), WRONG_TOKEN]) expect(seen).not.toContain(token);
});
