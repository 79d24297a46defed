import type { Execution } from "../execution.ts";

/** `metadata` of a script (script-runtime.md §5). */
export interface ScriptMetadata {
  readonly executionId: string;
  /** Route parameters, and the query keys that do not collide with them. */
  readonly parameters: Readonly<Record<string, string | string[]>>;
  /** Query of the URL with the route parameters over it; the last of repeated keys wins. */
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly path: string;
  readonly method: string;
  readonly url: string;
  readonly clientIp: string;
  readonly hostname: string;
  readonly subdomain: string;
  readonly execId: string;
  /** Relative to the scripts root. */
  readonly scriptPath: string;
  readonly routePattern: string;
  readonly headers: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly projectId?: string;
  readonly containerId?: string;
  readonly trigger: "http" | "cron" | "job" | "websocket";
}

/** Describes an execution to its script; a plain object, so that it can be spread, listed and serialised. */
export function createMetadata(execution: Execution): ScriptMetadata {
  const { request, endpoint } = execution;
  const { deployment, match } = endpoint;
  const query = execution.query === "" ? {} : parseQuery(execution.query);
  return {
    executionId: execution.id,
    parameters: { ...query, ...match.parameters },
    query: { ...query, ...match.parameters },
    path: execution.path,
    method: request.method,
    url: execution.pathAndQuery,
    clientIp: execution.clientIp,
    hostname: endpoint.hostname,
    subdomain: deployment.subdomain,
    execId: deployment.execId,
    scriptPath: match.file,
    routePattern: match.routePattern,
    headers: request.headers.toJSON() as Record<string, string>,
    timestamp: new Date().toISOString(),
    ...(deployment.projectId === null ? {} : { projectId: deployment.projectId }),
    ...(deployment.containerId === null ? {} : { containerId: deployment.containerId }),
    trigger: "http",
  };
}

/** Form decoding: `+` is a space, the last value of a repeated key wins. */
function parseQuery(query: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (name !== "__proto__") values[name] = value;
  }
  return values;
}
