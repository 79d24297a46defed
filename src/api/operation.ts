import type { z } from "@hono/zod-openapi";
import type { FailureKind } from "../errors/failures.ts";
import type { Services } from "../services.ts";
import type { Scope } from "./schemas.ts";

/** What a handler may know of the call besides its input. */
export interface ControlRequest {
  /** Host header as sent, port included; `X-Forwarded-Host` when the proxy is trusted. */
  readonly host: string;
  /** Address of the socket's peer, never a forwarded one. */
  readonly peerIp: string;
  readonly headers: Headers;
  /** Keeps the connection open while something is waited for that may take longer than it may be quiet. */
  readonly whileOpen: <T>(wait: Promise<T>) => Promise<T>;
  /** Goes into `X-Request-Id` and the log. */
  readonly id: string;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** Tells the server that the answer is a stream, which may be quiet, and whose client may be slow. */
  readonly keepOpen: () => void;
}

/** Verbs the control API uses, in lower case as OpenAPI writes them. */
export type Method = "get" | "post" | "put" | "delete";

/** What one operation asks and promises. */
export interface Contract<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  /** The client's method name, `scripts.list`; keep it stable. */
  readonly id: string;
  readonly method: Method;
  /** The whole path, so that searching for a URL finds the file; parameters as `{id}`. */
  readonly path: string;
  /** Verb first, no full stop. */
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  /** Body of a call; an empty one is read as `{}` and validated like any other. */
  readonly body?: Body;
  /** Text of the refusal of a body that is no JSON, where the contract fixes another than everywhere else. */
  readonly malformedBody?: string;
  /** Shape of the success body. */
  readonly response: Answer;
  /** Status of success; 200 when left out. */
  readonly status?: 200 | 201 | 202;
  /** Media type of success; `application/json` when left out. */
  readonly mediaType?: string;
  /** Media types of success that a caller may ask for instead; their bodies are texts. */
  readonly otherMediaTypes?: readonly string[];
  /** Failures of its own; those that every operation shares are added by the document. */
  readonly failures?: readonly FailureKind[];
  /** Further top-level keys of its error answers, where the contract has some (`success: false`). */
  readonly failureExtra?: Readonly<Record<string, unknown>>;
}

/** Parsed input of a call. */
export interface Input<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  /** Deployment named by query or body (control-api.md §0.1); the handler falls back to the Host. */
  readonly scope: Scope;
}

/** What a handler may answer: the success body, or a finished response for streams and texts. */
type Result<Answer extends z.ZodType> = DeepReadonly<z.input<Answer>> | Response;

/** Services hand out readonly data; sending it needs no copy. */
type DeepReadonly<T> = unknown extends T ? T : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

/** An operation whose input types have been forgotten, as lists hold it. */
export interface Operation extends Contract {
  /** The work. A `Response` is sent as it is; anything else becomes the JSON body. */
  readonly handle: (
    input: { readonly params: never; readonly query: never; readonly body: never; readonly scope: Scope },
    services: Services,
    request: ControlRequest,
  ) => unknown;
}

/**
 * Contract and handler of one endpoint as one typed value.
 *
 * The handler's input is typed from the schemas, and a result that does not fit `response` does not compile.
 */
export function operation<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
  // Its own parameter, because literals of an object would otherwise widen before they meet the schema.
  const Outcome extends Result<Answer>,
>(
  definition: Contract<Params, Query, Body, Answer> & {
    readonly handle: (
      input: Input<Params, Query, Body>,
      services: Services,
      request: ControlRequest,
    ) => Outcome | Promise<Outcome>;
  },
): Operation {
  return definition as unknown as Operation;
}
