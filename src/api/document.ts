import { OpenAPIHono, z } from "@hono/zod-openapi";
import { accessOf } from "../access/routes.ts";
import { toWireCode } from "../errors/failure.ts";
import { FAILURES, type FailureKind } from "../errors/failures.ts";
import type { Operation } from "./operation.ts";
import { isoTime } from "./schemas.ts";

/** The OpenAPI 3.0 document of the control API. */
export type ApiDocument = ReturnType<OpenAPIHono["getOpenAPIDocument"]>;

/**
 * Derives the document from the operations.
 *
 * @param version Version of this program.
 */
export function createDocument(operations: readonly Operation[], version: string): ApiDocument {
  const { openAPIRegistry, getOpenAPIDocument } = boundApp();
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  }
  for (const operation of operations) openAPIRegistry.registerPath(toPath(operation));
  openAPIRegistry.registerPath(scriptCall());
  return getOpenAPIDocument({
    openapi: "3.0.3",
    info: {
      title: "hoody-exec control API",
      version,
      description:
        "Write, check and look after scripts. Scripts themselves are called at their bare path. " +
        "A token is asked for once the server has any; x-scope is what it must hold.",
      license: { name: "MIT" },
    },
    servers: [{ url: "http://localhost:8081" }],
    tags: [...new Set([...operations.map(tagOf), SCRIPTS_TAG])].map((name) => ({ name })),
  });
}

/** Failures that every operation may answer, and those that come with a query or a body. */
const SHARED_FAILURES: readonly FailureKind[] = ["unauthorized", "crossSite", "internal", "shuttingDown"];
const QUERY_FAILURES: readonly FailureKind[] = ["invalidInput", "malformedUrl"];
const BODY_FAILURES: readonly FailureKind[] = [
  "invalidInput",
  "invalidJson",
  "bodyTimeout",
  "bodyTooLarge",
  "unsupportedMediaType",
];

/** Group of the one path that is no operation of ours: what the scripts answer. */
const SCRIPTS_TAG = "execution";
const SCRIPT_FAILURES: readonly FailureKind[] = [
  "malformedUrl",
  "unauthorized",
  "scriptMissing",
  "scriptDisabled",
  "scriptFailed",
  "scriptNotCompiled",
  "queueFull",
  "shuttingDown",
  "scriptTimeout",
  "scriptLoopLimit",
];

/** Where a token may stand (operations.md §2.3). */
const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer" },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
} as const;

const TEXT = z.string();

const ErrorEnvelope = z
  .object({
    error: z.string().openapi({ description: "What went wrong, for the caller" }),
    code: z.string().openapi({ example: "VALIDATION_ERROR" }),
    timestamp: isoTime,
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi("Error");

/** Group of the operation's id: `scripts.list` → `scripts`. */
export function tagOf(operation: Operation): string {
  return operation.id.split(".", 1)[0] ?? operation.id;
}

/** Every failure an operation documents, its own first. */
export function documentedFailures(operation: Operation): readonly FailureKind[] {
  return [
    ...new Set([
      ...(operation.failures ?? []),
      ...(operation.query === undefined && operation.params === undefined ? [] : QUERY_FAILURES),
      ...(operation.body === undefined ? [] : BODY_FAILURES),
      ...(isPublic(operation) ? [] : (["scopeMissing"] as const)),
      ...SHARED_FAILURES,
    ]),
  ];
}

type PathConfig = Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0];

function toPath(operation: Operation): PathConfig {
  const mediaType = operation.mediaType ?? "application/json";
  return {
    operationId: operation.id,
    method: operation.method,
    path: operation.path,
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    tags: [tagOf(operation)],
    ...toSecurity(operation),
    request: {
      ...(operation.params === undefined ? {} : { params: operation.params }),
      ...(operation.query === undefined ? {} : { query: operation.query }),
      ...(operation.body === undefined ? {} : { body: toBody(operation.body) }),
    },
    responses: {
      [operation.status ?? 200]: {
        description: "Success",
        content: {
          [mediaType]: { schema: operation.response },
          ...Object.fromEntries((operation.otherMediaTypes ?? []).map((other) => [other, { schema: TEXT }])),
        },
      },
      ...toErrorResponses(documentedFailures(operation)),
    },
  };
}

/** The call of a script, which the engine answers: here for those who read the document. */
function scriptCall(): PathConfig {
  return {
    operationId: `${SCRIPTS_TAG}.call`,
    method: "get",
    path: "/{path}",
    summary: "Call a script",
    description:
      "Scripts take every method, not only GET, and answer what they like. user-openapi/spec describes those of a " +
      "deployment, which the Host chooses. Errors are in this form for callers that accept JSON.",
    tags: [SCRIPTS_TAG],
    request: {
      params: z.object({
        path: z.string().openapi({
          example: "hello",
          description: "Path of the script without extension; may hold slashes",
        }),
      }),
    },
    responses: {
      200: { description: "What the script answers", content: { "*/*": { schema: {} } } },
      ...toErrorResponses(SCRIPT_FAILURES),
    },
  };
}

function isPublic({ method, path }: Operation): boolean {
  return accessOf(method, path) === "public";
}

/** The empty entry stands for a server without tokens. */
function toSecurity(operation: Operation): Pick<PathConfig, "security"> & Record<`x-${string}`, unknown> {
  if (isPublic(operation)) return {};
  return {
    security: [{ bearer: [] }, { apiKey: [] }, {}],
    "x-scope": accessOf(operation.method, operation.path),
  };
}

/** A body that may be empty is optional: an empty one is validated as `{}`. */
function toBody(schema: z.ZodType) {
  return {
    required: !schema.safeParse({}).success,
    content: { "application/json": { schema } },
  };
}

function toErrorResponses(kinds: readonly FailureKind[]): PathConfig["responses"] {
  const byStatus = Map.groupBy(kinds, (kind) => FAILURES[kind].status);
  return Object.fromEntries(
    [...byStatus]
      .sort(([left], [right]) => left - right)
      .map(([status, group]) => [
        status,
        {
          description: group
            .map((kind) => `${FAILURES[kind].title} (${FAILURES[kind].resolution})`)
            .join("; "),
          content: {
            "application/json": {
              schema: ErrorEnvelope,
              examples: Object.fromEntries(group.map((kind) => [kind, toExample(kind)])),
            },
          },
        },
      ]),
  );
}

function toExample(kind: FailureKind) {
  const { title, status, resolution } = FAILURES[kind];
  return {
    summary: resolution,
    value: { error: title, code: toWireCode(status), timestamp: "2026-01-15T10:30:00.000Z" },
  };
}

function boundApp() {
  const app = new OpenAPIHono();
  return {
    openAPIRegistry: app.openAPIRegistry,
    getOpenAPIDocument: app.getOpenAPIDocument.bind(app),
  };
}
