import type { Scope } from "../config/scopes.ts";

/** What a route asks of its caller once tokens are configured: a scope, or nothing. */
export type Access = Scope | "public";

/**
 * TABLE: who may call what (running.md §4, operations.md §2.3).
 *
 * What only looks needs `read`, also when it is a POST. A route without a row does not start: see {@link accessOf}.
 */
export const ROUTES = {
  "GET /api/v1/exec/health": "public",
  "GET /openapi.json": "public",
  "GET /openapi.yaml": "public",
  "GET /api/v1/exec/docs": "public",
  "GET /api/v1/exec/docs/viewer.js": "public",
  "GET /api/v1/exec/docs/viewer.css": "public",
  "GET /api/v1/exec/docs/scalar.js": "public",

  "GET /api/v1/exec/monitor/stats": "metrics:read",
  "GET /api/v1/exec/monitor/active-requests": "metrics:read",
  "GET /api/v1/exec/monitor/scripts": "metrics:read",
  "POST /api/v1/exec/monitor/script-performance": "metrics:read",
  "GET /api/v1/exec/monitor/metrics": "metrics:read",

  "GET /api/v1/exec/system/restart-status": "system:read",
  "POST /api/v1/exec/system/restart": "admin",

  "GET /api/v1/exec/scripts/list": "scripts:read",
  "GET /api/v1/exec/scripts/read": "scripts:read",
  "POST /api/v1/exec/scripts/tree": "scripts:read",
  "POST /api/v1/exec/scripts/write": "scripts:write",
  "POST /api/v1/exec/scripts/move": "scripts:write",
  "DELETE /api/v1/exec/scripts/delete": "scripts:write",

  "POST /api/v1/exec/validate/syntax": "scripts:read",
  "POST /api/v1/exec/validate/typescript": "scripts:read",
  "POST /api/v1/exec/validate/dependencies": "scripts:read",
  "POST /api/v1/exec/validate/return-type": "scripts:read",
  "POST /api/v1/exec/validate/magic-comments": "scripts:read",
  "POST /api/v1/exec/validate/script": "scripts:read",

  "GET /api/v1/exec/magic-comments/schema": "scripts:read",
  "GET /api/v1/exec/magic-comments/read": "scripts:read",
  "PUT /api/v1/exec/magic-comments/update": "scripts:write",
  "POST /api/v1/exec/magic-comments/bulk-update": "scripts:write",

  "GET /api/v1/exec/templates/list": "scripts:read",
  "GET /api/v1/exec/templates/preview": "scripts:read",
  "POST /api/v1/exec/templates/generate": "scripts:write",
  "POST /api/v1/exec/templates/create-custom": "scripts:write",
  "PUT /api/v1/exec/templates/update-custom/{name}": "scripts:write",
  "DELETE /api/v1/exec/templates/delete-custom/{name}": "scripts:write",

  "GET /api/v1/exec/logs/list": "scripts:read",
  "POST /api/v1/exec/logs/read": "scripts:read",
  "POST /api/v1/exec/logs/search": "scripts:read",
  "GET /api/v1/exec/logs/stream": "scripts:read",
  "DELETE /api/v1/exec/logs/clear": "scripts:write",

  "POST /api/v1/exec/cache/clear": "scripts:write",

  "POST /api/v1/exec/shared-state/get": "scripts:read",
  "POST /api/v1/exec/shared-state/set": "scripts:write",
  "POST /api/v1/exec/shared-state/clear": "scripts:write",

  "GET /api/v1/exec/dependencies/bundled": "scripts:read",
  "POST /api/v1/exec/dependencies/check": "scripts:read",
  "POST /api/v1/exec/dependencies/install": "scripts:write",

  "GET /api/v1/exec/package/read": "scripts:read",
  "POST /api/v1/exec/package/init": "scripts:write",
  "POST /api/v1/exec/package/update": "scripts:write",
  "POST /api/v1/exec/package/install": "scripts:write",
  "GET /api/v1/exec/package/compare": "scripts:read",
  "POST /api/v1/exec/package/compare": "scripts:read",
  "POST /api/v1/exec/package/pin": "scripts:write",

  "POST /api/v1/exec/route/resolve": "scripts:read",
  "POST /api/v1/exec/route/test": "scripts:read",
  "POST /api/v1/exec/route/discover": "scripts:read",

  "GET /api/v1/exec/schedules/list": "scripts:read",
  "POST /api/v1/exec/schedules/trigger": "scripts:write",
  "POST /api/v1/exec/schedules/reload": "scripts:write",
  "GET /api/v1/exec/schedules/history": "scripts:read",

  "POST /api/v1/exec/sdk/import": "admin",
  "GET /api/v1/exec/sdk/list": "scripts:read",
  "GET /api/v1/exec/sdk/{id}": "scripts:read",
  "DELETE /api/v1/exec/sdk/{id}": "scripts:write",

  "GET /api/v1/exec/user-openapi/list": "scripts:read",
  "GET /api/v1/exec/user-openapi/spec": "scripts:read",
  "GET /api/v1/exec/user-openapi/schema": "scripts:read",
  "POST /api/v1/exec/user-openapi/validate": "scripts:read",
  "POST /api/v1/exec/user-openapi/merge": "scripts:read",
  "POST /api/v1/exec/user-openapi/generate": "scripts:write",

  "GET /api/v1/exec/list": "scripts:read",
} as const satisfies Readonly<Record<string, Access>>;

/**
 * What a route asks of its caller.
 *
 * @param method In any case.
 * @throws {Error} When it has no row: nobody has decided who may call it.
 */
export function accessOf(method: string, path: string): Access {
  const route = `${method.toUpperCase()} ${path}`;
  if (!Object.hasOwn(ROUTES, route))
    throw new Error(`Cannot serve "${route}": access/routes.ts has no row for it`);
  return ROUTES[route as keyof typeof ROUTES];
}
