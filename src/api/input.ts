import type { z } from "@hono/zod-openapi";
import { requireJsonMediaType } from "../access/browser-guard.ts";
import { queryOf } from "../base/query-of.ts";
import { isRecord } from "../base/realm.ts";
import { ExecError } from "../errors/exec-error.ts";
import { parseJsonBody, readBody } from "./body.ts";
import { type Place, toRefusal, writeReason } from "./input-refusal.ts";
import type { Operation } from "./operation.ts";
import { isNothing, type Scope } from "./schemas.ts";

/** Where a call's input stands before it is read. */
export interface RawCall {
  readonly request: Request;
  /** Path parameters, percent-decoded once. */
  readonly params: Readonly<Record<string, string>>;
  readonly bodyBytesMax: number;
  /** 0 waits without end. */
  readonly bodyTimeoutMs: number;
}

/** Input that fits the operation's contract. */
export interface ParsedInput {
  readonly params: never;
  readonly query: never;
  readonly body: never;
  readonly scope: Scope;
}

/**
 * Reads params, query and body of a call by the operation's contract.
 *
 * The rules for nothing live here (control-api.md §0): an empty query value is not given; an empty body is `{}`; a GET
 * may carry a JSON content type without a body. `exec_id` is `execId`, and the query's scope beats the body's.
 *
 * @throws {ExecError} `invalidInput`, `malformedUrl`, `invalidJson`, `unsupportedMediaType`, `bodyTooLarge`, `bodyTimeout`
 */
export async function readInput(operation: Operation, call: RawCall): Promise<ParsedInput> {
  // The router decodes parameters leniently; a broken escape in the path is refused here.
  if (operation.params !== undefined) decodeOnce(call.request.url.split("?", 1)[0] ?? "", "path");
  const params = check(operation.params, "params", call.params);
  const query = check(operation.query, "query", readQuery(call.request.url));
  const body =
    call.request.method === "GET" || call.request.method === "HEAD" ? {} : await readJson(operation, call);
  return {
    params: params as never,
    query: query as never,
    body: body as never,
    scope: { ...scopeOf(body), ...scopeOf(query) },
  };
}

/** Form decoding; the last of a repeated key wins. */
function readQuery(url: string): Record<string, unknown> {
  // URLSearchParams puts replacement characters where an escape is broken, so that is looked at first.
  refuseMalformedQuery(url);
  const given = [...new URLSearchParams(rawQueryOf(url))].filter(([, value]) => value !== "");
  return withScopeAlias(Object.fromEntries(given));
}

/** Whatever the path leads to, and if it leads nowhere. @throws {ExecError} `malformedUrl` for a broken escape. */
export function refuseMalformedQuery(url: string): void {
  decodeOnce(rawQueryOf(url), "query");
}

/** Some clients send the fragment too. */
function rawQueryOf(url: string): string {
  return queryOf(url).split("#", 1)[0] ?? "";
}

function decodeOnce(raw: string, place: "path" | "query"): string {
  try {
    return decodeURIComponent(raw);
  } catch (cause) {
    throw new ExecError("malformedUrl", place === "path" ? "Malformed URL path" : undefined, {
      details: {
        field: place,
        reason: "invalid percent-encoding",
        hint: 'Write "%" itself as %25 and other bytes as two hexadecimal digits of UTF-8',
      },
      cause,
    });
  }
}

async function readJson(operation: Operation, call: RawCall): Promise<unknown> {
  const bytes = await readBody(call.request, { bytesMax: call.bodyBytesMax, timeoutMs: call.bodyTimeoutMs });
  if (bytes.length > 0) requireJsonMediaType(call.request.headers);
  if (operation.body === undefined) return {};
  const contentType = call.request.headers.get("content-type");
  const value = bytes.length === 0 ? {} : parseJsonBody(bytes, contentType, operation.malformedBody);
  return check(operation.body, "body", isRecord(value) ? withScopeAlias(value) : value);
}

/** `exec_id` is another spelling of `execId`, which wins where both stand in one place. */
function withScopeAlias(given: Record<string, unknown>): Record<string, unknown> {
  return isNothing(given["execId"]) && !isNothing(given["exec_id"])
    ? { ...given, execId: given["exec_id"] }
    : given;
}

function scopeOf(parsed: unknown): Scope {
  if (!isRecord(parsed)) return {};
  const { execId, subdomain } = parsed;
  return {
    ...(typeof execId === "string" ? { execId } : {}),
    ...(typeof subdomain === "string" ? { subdomain } : {}),
  };
}

function check(schema: z.ZodType | undefined, place: Place, given: unknown): unknown {
  if (schema === undefined) return given;
  const result = schema.safeParse(given, { error: writeReason });
  if (result.success) return result.data;
  throw toRefusal(result.error.issues, place);
}
