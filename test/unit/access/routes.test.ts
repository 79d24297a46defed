import { describe, expect, test } from "bun:test";
import { accessOf, ROUTES } from "../../../src/access/routes.ts";
import { OPERATIONS } from "../../../src/api/operations.ts";

const SERVED = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);

describe("the table of routes", () => {
  test("has a row for every operation", () => {
    expect(SERVED.filter((route) => !Object.hasOwn(ROUTES, route))).toEqual([]);
  });

  test("has no row without an operation", () => {
    expect(Object.keys(ROUTES).filter((route) => !SERVED.includes(route))).toEqual([]);
  });

  test("opens to everybody only what says nothing of scripts", () => {
    const open = Object.entries(ROUTES).filter(([, access]) => access === "public");
    expect(open.map(([route]) => route)).toEqual([
      "GET /api/v1/exec/health",
      "GET /openapi.json",
      "GET /openapi.yaml",
      "GET /api/v1/exec/docs",
      "GET /api/v1/exec/docs/viewer.js",
      "GET /api/v1/exec/docs/viewer.css",
      "GET /api/v1/exec/docs/scalar.js",
    ]);
  });

  test("asks for nothing but reading where a GET looks, and where a POST only looks", () => {
    const looking =
      /^(?:GET .*|POST .*\/(?:validate\/[\w-]+|route\/[\w-]+|scripts\/tree|shared-state\/get|dependencies\/check|package\/compare|logs\/(?:read|search)|monitor\/[\w-]+|user-openapi\/(?:validate|merge)))$/;
    for (const [route, access] of Object.entries(ROUTES)) {
      if (access !== "public")
        expect([route, access.endsWith(":read")]).toEqual([route, looking.test(route)]);
    }
  });
});

describe("accessOf", () => {
  test("finds a row whatever the case of the method", () => {
    expect(accessOf("post", "/api/v1/exec/scripts/write")).toBe("scripts:write");
  });

  test.each([
    ["get", "/api/v1/exec/scripts/write"],
    ["get", "/api/v1/exec/nope"],
    ["", "constructor"],
  ])("%s %s has none", (method, path) => {
    expect(() => accessOf(method, path)).toThrow("has no row");
  });
});
