import type { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import type { RouteTable } from "../../routing/route-table.ts";
import { parseUrlPath } from "../../routing/url-path.ts";
import {
  DEFAULT_DEPLOYMENT,
  type Deployment,
  isExecId,
  isSubdomain,
  parseDeployment,
  toDeployment,
} from "../../scripts/deployment.ts";
import type { RouteResolution } from "./schemas.ts";

/** Whose routes a request asks for. */
export interface RouteScope {
  readonly hostname?: string | undefined;
  readonly execId?: string | undefined;
}

/** A deployment with the name by which it was asked for. */
export interface NamedDeployment {
  readonly hostname: string;
  readonly deployment: Deployment;
}

/**
 * The deployment whose routes are asked: that of `hostname`, else of the Host; `execId` beats the one in either.
 *
 * @param host Host header; one that cannot be read stands for `default/1`.
 * @throws {ExecError} `invalidInput` for a `hostname` that cannot be read.
 */
export function deploymentOfRoute({ hostname = "", execId }: RouteScope, host: string): NamedDeployment {
  const named = hostname === "" ? (parseDeployment(host) ?? DEFAULT_DEPLOYMENT) : parseHostname(hostname);
  return {
    hostname: hostname === "" ? host : hostname,
    deployment: execId === undefined ? named : toDeployment(named.subdomain, execId),
  };
}

/**
 * Asks the route table where a path leads, exactly as a request would.
 *
 * @param path As in a URL, percent-encoded, with or without a query and the leading slash.
 * @throws {ExecError} `invalidInput` for a path that a request would be answered 400 for.
 */
export function resolveRoute(
  routes: RouteTable,
  path: string,
  { hostname, deployment }: NamedDeployment,
): z.input<typeof RouteResolution> {
  const [rawPath = "", ...query] = path.split("?");
  const url = parseUrlPath(rawPath, query.length > 0);
  if (url.kind === "bad") {
    const reason = url.message.replace("Bad Request: ", "");
    throw new ExecError("invalidInput", `Cannot resolve "${path.slice(0, 200)}": ${reason}`, {
      details: { field: "path", reason },
    });
  }
  const result = routes.resolve(deployment, url.segments);
  if (result.kind === "miss") {
    const { execId } = deployment;
    return { matched: false, path, hostname, execId, triedDirectories: [...result.triedDirectories] };
  }
  const { file, routePattern, parameters, type, baseDir } = result.match;
  return { matched: true, path, scriptPath: file, routePattern, parameters, type, baseDir };
}

/** A Host value, or the key of a deployment. */
function parseHostname(hostname: string): Deployment {
  const [subdomain = "", execId = "", ...rest] = hostname.toLowerCase().split("/");
  if (rest.length === 0 && isSubdomain(subdomain) && isExecId(execId)) return toDeployment(subdomain, execId);
  const deployment = hostname.includes("/") ? null : parseDeployment(hostname);
  if (deployment !== null) return deployment;
  throw new ExecError("invalidInput", `Cannot read the hostname "${hostname.slice(0, 200)}"`, {
    details: { field: "hostname", reason: "names no deployment" },
  });
}
