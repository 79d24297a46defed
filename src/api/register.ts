import { type Context, Hono } from "hono";
import { authorize } from "../access/authorize.ts";
import { refuseForeignPages } from "../access/browser-guard.ts";
import { presentedToken } from "../access/credential.ts";
import { type Access, accessOf } from "../access/routes.ts";
import { toErrorResponse } from "../errors/envelope.ts";
import { ExecError } from "../errors/exec-error.ts";
import { normalizeError } from "../errors/normalize.ts";
import type { Services } from "../services.ts";
import { readInput, refuseMalformedQuery } from "./input.ts";
import { accessLog } from "./middleware/access-log.ts";
import type { Connection, ControlEnv } from "./middleware/control-env.ts";
import { requestId, requestIdOf } from "./middleware/request-id.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import type { Operation } from "./operation.ts";

/** The control plane as a function from request to answer. */
export interface Api {
  /** Never rejects: whatever is thrown becomes the JSON envelope. */
  fetch(request: Request, connection: Connection): Promise<Response>;
}

/**
 * Builds the control API from its list of operations. The only file that sees Hono's context.
 *
 * @throws {Error} For an operation that nobody has decided about who may call it.
 */
export function createApi(operations: readonly Operation[], services: Services): Api {
  // Hono would decode escapes before matching; the control API is matched on the raw path only (script-runtime.md §3).
  const app = new Hono<ControlEnv>({ getPath: rawPathOf });
  app.use(requestId, securityHeaders, accessLog(services), async (context, next) => {
    guardFromPages(context.req.raw, services);
    await next();
  });
  for (const operation of operations) {
    const access = accessOf(operation.method, operation.path);
    app.on(operation.method.toUpperCase(), toHonoPath(operation.path), (context) =>
      answer({ operation, access }, services, context),
    );
  }
  for (const [path, methods] of methodsByPath(operations)) {
    app.all(toHonoPath(path), (context) => {
      requireAccess("token", services, context);
      refuseMalformedQuery(context.req.raw.url);
      throw refuseMethod(context.env.method, methods);
    });
  }
  app.notFound((context) => {
    requireAccess("token", services, context);
    refuseMalformedQuery(context.req.raw.url);
    throw new ExecError("operationMissing");
  });
  app.onError((thrown, context) => fail(thrown, services, context));
  return {
    async fetch(request, connection) {
      try {
        refuseTargetWithoutUrl(request);
        const { method } = request;
        const bindings = { ...connection, method };
        return method === "HEAD"
          ? withoutEvents(await app.fetch(new Request(request, { method: "GET" }), bindings))
          : await app.fetch(request, bindings);
      } catch (thrown) {
        // Hono hands only errors of its own realm to onError.
        return toErrorResponse(normalizeError(thrown), services.clock.now(), {
          "x-request-id": requestIdOf(request.headers),
        });
      }
    },
  };
}

/** Before anything else is looked at, so that a page learns nothing, whatever it asks for. */
function guardFromPages(request: Request, { config, tokens }: Services): void {
  refuseForeignPages(
    {
      headers: request.headers,
      host: sentHostOf(request),
      publicHost: hostOf(request, config.trustProxy),
      isDocsPage: request.method === "GET" && rawPathOf(request) === "/api/v1/exec/docs",
    },
    tokens.isEmpty ? config.allowedHosts : null,
  );
}

function requireAccess(
  access: Access | "token",
  { tokens }: Services,
  context: Context<ControlEnv>,
  isStream = false,
): void {
  const { headers, url } = context.req.raw;
  authorize(access, presentedToken({ headers, url, isStream }), tokens);
}

async function answer(
  { operation, access }: { readonly operation: Operation; readonly access: Access },
  services: Services,
  context: Context<ControlEnv>,
): Promise<Response> {
  try {
    requireAccess(access, services, context, operation.mediaType === "text/event-stream");
    const { config } = services;
    const input = await readInput(operation, {
      request: context.req.raw,
      params: context.req.param(),
      bodyBytesMax: config.bodyMax,
      bodyTimeoutMs: config.bodyTimeout,
    });
    const result = await operation.handle(input, services, {
      host: hostOf(context.req.raw, config.trustProxy),
      peerIp: context.env.peerIp,
      whileOpen: context.env.whileOpen,
      headers: context.req.raw.headers,
      id: context.get("requestId"),
      signal: context.req.raw.signal,
      keepOpen: context.env.keepOpen,
    });
    return result instanceof Response ? result : Response.json(result, { status: operation.status ?? 200 });
  } catch (thrown) {
    return fail(thrown, services, context, operation.failureExtra);
  }
}

/** @param extra Further top-level keys of the answer. */
function fail(
  thrown: unknown,
  { log, clock, controlRefusals }: Services,
  context: Context<ControlEnv>,
  extra: Readonly<Record<string, unknown>> = {},
): Response {
  const error = normalizeError(thrown);
  if (error.limit !== undefined) controlRefusals.note(error.limit);
  if (error.status >= 500) {
    log.error(
      { requestId: context.get("requestId"), kind: error.kind, err: error.cause ?? error },
      "control request failed",
    );
  }
  return toErrorResponse(error, clock.now(), {}, extra);
}

/** Without a Host, or with an unusable one, the runtime gives a bare path where a URL should be. */
function refuseTargetWithoutUrl(request: Request): void {
  if (/^https?:\/\//.test(request.url)) return;
  throw new ExecError(
    "malformedUrl",
    "Cannot read the request target: the Host header is missing or malformed",
    {
      details: {
        field: "host",
        reason: "missing or malformed",
        hint: "Send one Host header with a name or an address",
      },
    },
  );
}

function refuseMethod(method: string, methods: readonly string[]): ExecError {
  const allow = methods.join(", ");
  return new ExecError("methodNotAllowed", `Method ${method} is not allowed here`, {
    details: { method, allowed: methods },
    headers: { allow },
  });
}

/**
 * The answer of a GET as that of a HEAD (RFC 9110 §9.3.2). The runtime leaves its body out and tells the length, which
 * Hono, asked for HEAD, would make 0. A stream of events must not begin.
 */
function withoutEvents(answer: Response): Response {
  if (answer.headers.get("content-type") !== "text/event-stream") return answer;
  const { status, headers, body } = answer;
  // Nobody waits for a stream that nobody has read.
  body?.cancel().catch(() => undefined);
  return new Response(null, { status, headers });
}

/** GET answers HEAD too. */
function methodsByPath(operations: readonly Operation[]): Map<string, readonly string[]> {
  const methods = Map.groupBy(operations, ({ path }) => path);
  return new Map(
    [...methods].map(([path, group]) => [
      path,
      group.flatMap(({ method }) => (method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()])),
    ]),
  );
}

/** `/sdk/{id}` → `/sdk/:id` */
function toHonoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** The path between authority and query, escapes untouched. */
function rawPathOf(request: Request): string {
  const start = request.url.indexOf("/", request.url.indexOf("://") + 3);
  const end = request.url.slice(start).search(/[?#]/);
  return end === -1 ? request.url.slice(start) : request.url.slice(start, start + end);
}

function sentHostOf(request: Request): string {
  return request.headers.get("host") ?? new URL(request.url).host;
}

/** The name the caller used, which a trusted proxy repeats in front of its own. */
function hostOf(request: Request, trustProxy: boolean): string {
  const forwarded = trustProxy
    ? request.headers.get("x-forwarded-host")?.split(",", 1)[0]?.trim()
    : undefined;
  return forwarded === undefined || forwarded === "" ? sentHostOf(request) : forwarded;
}
