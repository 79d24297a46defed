import { isAbsolute } from "node:path";
import { decodeLayers, safePath } from "../base/safe-path.ts";
import { ExecError } from "../errors/exec-error.ts";
import { DEFAULT_DEPLOYMENT, type Deployment, parseDeployment, toDeployment } from "./deployment.ts";
import { isReserved } from "./exclude.ts";

/** What a control request says about its deployment, query and body already merged (control-api.md §0.1). */
export interface NamedScope {
  readonly execId?: string | undefined;
  readonly subdomain?: string | undefined;
}

/**
 * The deployment that a control request means.
 *
 * An exec id alone is one of `default`; nothing at all is the Host's own deployment; a subdomain alone keeps the
 * Host's exec id.
 *
 * @param host Host header; one that names no deployment, or cannot be read, stands for `default/1`.
 */
export function deploymentInScope(named: NamedScope, host: string): Deployment {
  const { execId, subdomain } = named;
  if (execId !== undefined) return toDeployment(subdomain ?? "default", execId);
  const ofHost = parseDeployment(host) ?? DEFAULT_DEPLOYMENT;
  return subdomain === undefined ? ofHost : toDeployment(subdomain, ofHost.execId);
}

/**
 * Finds the file below the scripts root that a control request names.
 *
 * A relative path lies in the deployment, unless it begins with the deployment's own `{subdomain}/{execId}/`; an
 * absolute one must lie inside the root.
 *
 * @param root Absolute scripts root.
 * @returns Relative to the root, with "/", without links among its directories; the deployment itself for "".
 * @throws {ExecError} `pathExcluded`, `pathOutside`, `pathSymlink`; `invalidInput` for a path no file can have.
 */
export function resolveInScope(root: string, path: string, deployment: Deployment): string {
  const safe = safePath(root, isOwnPath(path, deployment) ? path : `${deployment.key}/${path}`);
  if (safe.kind === "refused") throw toRefusal(safe.reason);
  if (isReserved(decodeLayers(safe.relative)) || isReserved(safe.real)) throw new ExecError("pathExcluded");
  return safe.entry;
}

function isOwnPath(path: string, { key }: Deployment): boolean {
  if (isAbsolute(path)) return true;
  const plain = path.replace(/\/{2,}/g, "/");
  return plain === key || plain.startsWith(`${key}/`);
}

function toRefusal(reason: "outside" | "symlink" | "malformed" | "tooLong"): ExecError {
  switch (reason) {
    case "outside":
      return new ExecError("pathOutside");
    case "symlink":
      return new ExecError("pathSymlink");
    case "malformed":
      return new ExecError("invalidInput", "Invalid path: must be well-formed Unicode", {
        details: { field: "path", reason: "not well-formed Unicode" },
      });
    case "tooLong":
      return new ExecError("invalidInput", "Invalid path: too long", {
        details: { field: "path", reason: "a name is over 255 bytes, or the whole path over 4095" },
      });
    default:
      return reason satisfies never;
  }
}
