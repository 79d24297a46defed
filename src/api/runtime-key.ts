import { isIP } from "node:net";
import { z } from "@hono/zod-openapi";
import { isSubdomain, parseDeployment, toDeployment } from "../scripts/deployment.ts";
import { execId, unlessEmpty } from "./schemas.ts";

/**
 * Fields by which `cache` and `shared-state` choose a deployment. What they call "hostname" is a runtime key
 * (script-runtime.md §9), in several spellings.
 */
export const hostnameField = z
  .string({ error: (issue) => (issue.input === undefined ? "hostname is required" : "must be a string") })
  .min(1, { error: "hostname is required" })
  .openapi({
    example: "default/1",
    description: "Key `subdomain/execId`, a Host value, or a bare subdomain",
  });

/** Exec id beside a bare subdomain. */
export const hostnameExecId = unlessEmpty(execId);

/**
 * Resolves a `hostname` selector to the key of a deployment (control-api.md §9).
 *
 * A key stays itself; a Host value leads where it leads scripts; a bare subdomain means its exec id 1, or the one
 * given beside it; anything else is taken as a key literally.
 */
export function toRuntimeKey(hostname: string, execIdBeside?: string): string {
  const name = hostname.toLowerCase();
  if (name.includes("/")) return name;
  const subdomain = subdomainOfHost(name);
  if (subdomain === null) return name;
  return typeof subdomain === "string"
    ? toDeployment(subdomain, execIdBeside ?? "1").key
    : toDeployment(subdomain.subdomain, execIdBeside ?? subdomain.execId).key;
}

/** A deployment that a Host names, a bare subdomain, or null for neither. */
function subdomainOfHost(
  name: string,
): { readonly subdomain: string; readonly execId: string } | string | null {
  const bare = name.replace(/^\[(.*)\](?::\d+)?$/, "$1");
  const withoutPort = isIP(bare) === 0 ? bare.replace(/:\d+$/, "") : bare;
  if (name.includes("-exec-")) return parseDeployment(name);
  if (withoutPort === "localhost" || isIP(withoutPort) !== 0) return parseDeployment("localhost");
  return isSubdomain(name) ? name : null;
}
