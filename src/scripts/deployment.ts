import { RESERVED_NAMES } from "./exclude.ts";

/** One set of scripts: what a Host header leads to. */
export interface Deployment {
  readonly subdomain: string;
  readonly execId: string;
  /** `{subdomain}/{execId}`: directory below the scripts root and key of caches and shared state. */
  readonly key: string;
  /** From the Host, when it names one. */
  readonly projectId: string | null;
  readonly containerId: string | null;
}

/** The deployment of every Host that names none. */
export const DEFAULT_DEPLOYMENT: Deployment = toDeployment("default", "1");

const EXEC_LABEL = /^([a-z0-9]+)-([a-z0-9]+)-exec-([a-z0-9]{1,64})$/;

/** Longest name that DNS carries, in characters (RFC 1035 §2.3.4). */
const HOST_CHARACTERS_MAX = 253;

/**
 * Reads the deployment out of a Host header (script-runtime.md §2).
 *
 * @param host With or without port, in any case.
 * @returns null when the host contains `-exec-` and cannot be read: such a request is answered 400, so that a
 *   mistyped name never reaches the default deployment.
 */
export function parseDeployment(host: string): Deployment | null {
  const name = host.toLowerCase();
  if (!name.includes("-exec-")) return DEFAULT_DEPLOYMENT;

  const bare = name.replace(/:\d*$/, "");
  if (bare.length > HOST_CHARACTERS_MAX || !/^[a-z0-9._-]+$/.test(bare)) return null;
  const labels = bare.split(".");
  const at = labels.findIndex((label) => EXEC_LABEL.test(label));
  const parts = EXEC_LABEL.exec(labels[at] ?? "");
  const before = labels.slice(0, at);
  if (parts === null || before.includes("")) return null;
  // A leading "default." says the same as no subdomain at all.
  if (before[0] === "default") before.shift();
  const subdomain = before.join(".") || "default";
  if (!isSubdomain(subdomain)) return null;
  const [, projectId = "", containerId = "", execId = ""] = parts;
  return { ...toDeployment(subdomain, execId), projectId, containerId };
}

/** The deployment of a subdomain and an exec id that are known to be well formed. */
export function toDeployment(subdomain: string, execId: string): Deployment {
  return { subdomain, execId, key: `${subdomain}/${execId}`, projectId: null, containerId: null };
}

/** Whether a text is an exec id: 1 to 64 lower-case letters and digits. */
export function isExecId(text: string): boolean {
  return /^[a-z0-9]{1,64}$/.test(text);
}

/** Whether a text, in lower case, can be a subdomain: it becomes one directory name and must not be a special one. */
export function isSubdomain(text: string): boolean {
  return (
    /^[a-z0-9._-]+$/.test(text) &&
    text.length <= HOST_CHARACTERS_MAX &&
    !/^\.+$/.test(text) &&
    !RESERVED_NAMES.has(text)
  );
}
