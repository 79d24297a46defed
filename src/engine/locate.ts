import type { Clock } from "../base/clock.ts";
import { toErrorResponse } from "../errors/envelope.ts";
import { ExecError } from "../errors/exec-error.ts";
import type { RouteMatch, RouteTable } from "../routing/route-table.ts";
import { parseUrlPath } from "../routing/url-path.ts";
import { type Deployment, parseDeployment } from "../scripts/deployment.ts";
import { prefersJson } from "./negotiate.ts";
import { toPage } from "./pages.ts";

/** Where a URL leads. */
export type Location =
  | {
      readonly kind: "script";
      readonly deployment: Deployment;
      readonly hostname: string;
      readonly match: RouteMatch;
      /** Query that stood percent-encoded in the path; "" for none. */
      readonly pathQuery: string;
    }
  /** A Markdown document; `script` guards it. */
  | {
      readonly kind: "document";
      readonly deployment: Deployment;
      readonly file: string;
      readonly script: string | null;
      readonly path: string;
    }
  /** Nothing to run: the answer itself. */
  | { readonly kind: "answer"; readonly response: Response };

/**
 * Finds what a URL of the script plane leads to (script-runtime.md §2, §3). Asks memory only.
 *
 * @param url As the runtime gives it, already normalised; without `http` in front when the request named no usable host.
 */
export function locate(
  url: string,
  {
    request,
    routes,
    forwardedHost,
    clock,
  }: {
    readonly request: Request;
    readonly routes: RouteTable;
    /** Host that a trusted proxy names; null to take the URL's. */
    readonly forwardedHost: string | null;
    readonly clock: Clock;
  },
): Location {
  if (!url.startsWith("http"))
    return answer(textResponse("Bad Request: the request names no valid host.", 400));
  const start = url.indexOf("/", 8);
  const host = forwardedHost ?? url.slice(url.indexOf("//") + 2, start);
  const deployment = parseDeployment(host);
  if (deployment === null) return answer(badHost());

  const mark = url.indexOf("?", start);
  const parsed = parseUrlPath(url.slice(start, mark < 0 ? undefined : mark), mark >= 0);
  if (parsed.kind === "bad") return answer(textResponse(parsed.message, 400));
  const { segments, path, query } = parsed;
  if (path === "/favicon.ico")
    return answer(new Response(null, { status: 204, headers: { "cache-control": "max-age=86400" } }));
  if (path.endsWith(".md")) {
    const document = routes.documentAt(deployment, segments);
    if (document !== null) return { kind: "document", deployment, path, ...document };
    return answer(textResponse(`Documentation not found: ${path}`, 404));
  }
  const result = routes.resolve(deployment, segments);
  if (result.kind === "match") {
    return {
      kind: "script",
      deployment,
      hostname: withoutPort(host),
      match: result.match,
      pathQuery: query ?? "",
    };
  }
  return answer(notFound({ path, tried: result.tried, request, clock }));
}

/** How many tried files an answer lists. */
const TRIED_MAX = 50;

function notFound(miss: {
  path: string;
  tried: readonly string[];
  request: Request;
  clock: Clock;
}): Response {
  const message = `Cannot find a script for "${miss.path}"`;
  const tried = miss.tried.slice(0, TRIED_MAX);
  if (prefersJson(miss.request.headers.get("accept"))) {
    const error = new ExecError("scriptMissing", message, { details: { path: miss.path, tried } });
    return toErrorResponse(error, miss.clock.now());
  }
  return htmlResponse(toPage("404 Not Found", message, [{ heading: "Tried", lines: tried }]), 404);
}

function badHost(): Response {
  const form = "{projectId}-{containerId}-exec-{execId}.{node}.{domain}";
  return htmlResponse(toPage("400 Bad Request", `The Host header cannot be read; expected ${form}`), 400);
}

function answer(response: Response): Location {
  return { kind: "answer", response };
}

function textResponse(text: string, status: number): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

function htmlResponse(page: string, status: number): Response {
  return new Response(page, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}

function withoutPort(host: string): string {
  return host.replace(/:\d*$/, "");
}
