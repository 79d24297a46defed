/** An API on loopback with an OpenAPI document, to be imported; ended by `await using`. */
export interface ApiSource extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  /** Address of the document. */
  readonly document: string;
  /** Puts another document in its place; the text as it is, or anything else as JSON. */
  publish(document: unknown): void;
  /** Requests to the API so far, the document's own not among them. */
  readonly seen: readonly SeenRequest[];
  /** Headers of the last request for the document. */
  documentHeaders(): Headers | null;
}

/** A request as the API has seen it. */
export interface SeenRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Starts an API that answers what it was asked.
 *
 * @param answer Answers a request to the API; undefined for the description of the request itself.
 */
export async function apiSource(
  document: unknown,
  answer: (request: Request, seen: SeenRequest) => Response | Promise<Response> | undefined = () => undefined,
): Promise<ApiSource> {
  let published = document;
  let documentHeaders: Headers | null = null;
  const seen: SeenRequest[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      if (/^\/openapi\.(?:json|yaml)$/.test(pathname)) {
        documentHeaders = request.headers;
        return new Response(typeof published === "string" ? published : JSON.stringify(published));
      }
      const each = {
        method: request.method,
        path: pathname + search,
        headers: request.headers.toJSON() as Record<string, string>,
        body: await request.clone().text(),
      };
      seen.push(each);
      const { method, path, body } = each;
      return (await answer(request, each)) ?? Response.json({ method, path, body });
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    document: `${url}/openapi.json`,
    publish(next) {
      published = next;
    },
    seen,
    documentHeaders: () => documentHeaders,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** A document of version 3 with the given paths: `{ "/users/{id}": ["get", "put"] }`. */
export function apiDocument(
  paths: Readonly<Record<string, readonly string[]>>,
  rest: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    openapi: "3.0.3",
    info: { title: "Test", version: "1.0.0" },
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, methods]) => [
        path,
        Object.fromEntries(
          methods.map((method) => [
            method,
            { operationId: `${method} ${path}`, responses: { 200: { description: "ok" } } },
          ]),
        ),
      ]),
    ),
    ...rest,
  };
}
