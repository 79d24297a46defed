import { digestOf } from "../base/digest.ts";
import { decodeLayers, NAME_BYTES_MAX } from "../base/safe-path.ts";
import { ExecError } from "../errors/exec-error.ts";

/** What a log file holds: one line for each request of a deployment, one execution's request or answer, firings. */
export const LOG_TYPES = ["request", "access", "cron", "other"] as const;

/** One of {@link LOG_TYPES}. */
export type LogType = (typeof LOG_TYPES)[number];

/** The folders beside the files of the deployments (running.md §3). */
export const LOG_FOLDERS = ["cron", "executions"] as const;

/** `.20260115T103000000Z`: when a file was set aside; in the order of their names they are in that of time. */
const STAMP = /\.\d{8}T\d{9}Z$/;

/** Bytes that a name may have before its stamp. */
const STAMPED_MAX = NAME_BYTES_MAX - ".20260115T103000000Z".length;

/** The name of the file that holds the lines of a deployment. */
export function deploymentLogName({
  subdomain,
  execId,
}: {
  readonly subdomain: string;
  readonly execId: string;
}): string {
  const name = `${subdomain}-${execId}.log`;
  if (name.length <= STAMPED_MAX) return name;
  const digest = Buffer.from(digestOf(subdomain)).toString("hex").slice(0, 16);
  return `${subdomain.slice(0, 100)}~${digest}-${execId}.log`;
}

/** The deployment whose lines a file holds; null where its name does not say. */
export function deploymentOf(file: string): { readonly subdomain: string; readonly execId: string } | null {
  const [, subdomain, execId] = /^([a-z0-9._-]+)-([a-z0-9]{1,64})\.log$/.exec(file) ?? [];
  return subdomain === undefined || execId === undefined ? null : { subdomain, execId };
}

/** Whether a file is a log: those that were set aside are. */
export function isLogFile(file: string): boolean {
  const base = withoutStamp(file);
  return base.endsWith(".log") || (file.startsWith("executions/") && file.endsWith(".json"));
}

/** The name of the file that lines are still added to. */
export function withoutStamp(file: string): string {
  return file.replace(STAMP, "");
}

/** The stamp of a file that was set aside, without its dot; null for one that lines are added to. */
export function stampOf(file: string): string | null {
  return STAMP.exec(file)?.[0].slice(1) ?? null;
}

/** A moment as a stamp. */
export function toStamp(at: Date): string {
  return at.toISOString().replaceAll(/[-:.]/g, "");
}

/** The moment of a stamp, in milliseconds since the epoch. */
export function momentOf(stamp: string): number {
  const [, year, month, day, hour, minute, second, ms] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/.exec(stamp) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}

/** What a log file holds, by its name. */
export function logTypeOf(file: string): LogType {
  if (file.startsWith("cron/")) return "cron";
  if (file.startsWith("executions/")) return /\/(?:request|response)\.log$/.test(file) ? "request" : "other";
  return /-[a-z0-9]+\.log$/.test(withoutStamp(file)) ? "access" : "other";
}

/**
 * Refuses what can be no name of a log: it is checked as given and as it reads after any number of layers of
 * percent-encoding.
 *
 * @param field Where the name stood in the call.
 * @throws {ExecError} `logNameInvalid`
 */
export function requireLogName(name: string, field = "file"): void {
  if (isLogName(name) && isLogName(decodeLayers(name))) return;
  throw new ExecError("logNameInvalid", undefined, {
    details: { field, reason: "must name a log file as logs/list does" },
  });
}

function isLogName(name: string): boolean {
  if (!name.isWellFormed() || name.includes("\0") || name.includes("\\")) return false;
  const segments = name.split("/");
  if (segments.some((each) => ["", ".", ".."].includes(each) || Buffer.byteLength(each) > NAME_BYTES_MAX))
    return false;
  if (segments.length === 1) return true;
  return segments.length === (segments[0] === "cron" ? 2 : segments[0] === "executions" ? 3 : 0);
}
