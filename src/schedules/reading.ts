import { parseDirectives } from "../directives/parse.ts";
import { type Deployment, isExecId, isSubdomain, toDeployment } from "../scripts/deployment.ts";

/** What a script says about its schedule. */
export type ScheduleReading =
  | { readonly kind: "none" }
  | {
      readonly kind: "scheduled";
      /** Five fields or a keyword, UTC. */
      readonly expression: string;
      /** Longest run in milliseconds; 0 for no limit. */
      readonly timeoutMs: number;
      /** Whether callers need a token. */
      readonly hasToken: boolean;
    }
  /** A line that cannot be used. */
  | { readonly kind: "unusable"; readonly reason: string };

/** Reads the schedule out of a script's header. */
export function readSchedule(source: string): ScheduleReading {
  // Nearly every script has none, and looking for the word is quick.
  if (!source.includes("@schedule")) return { kind: "none" };
  const { effective, warnings } = parseDirectives(source);
  if (effective.schedule !== null) {
    return {
      kind: "scheduled",
      expression: effective.schedule,
      timeoutMs: effective["schedule-timeout"] ?? 0,
      hasToken: effective.tokens.length > 0,
    };
  }
  const warning = warnings.find(({ directive }) => directive === "@schedule");
  return warning === undefined ? { kind: "none" } : { kind: "unusable", reason: warning.message };
}

/** Where a script runs that no Host has led to. */
export interface SchedulePlace {
  readonly deployment: Deployment;
  /** null for a script that several deployments share; it runs in the first one of its subdomain. */
  readonly execId: string | null;
  /** Directory whose scripts begin at "/". */
  readonly baseDir: string;
}

/** The place of a script by its path: `{subdomain}/{execId}/…`, `{subdomain}/…` or right below the root. */
export function placeOf(file: string): SchedulePlace {
  const [first = "", second = "", ...rest] = file.split("/");
  const isBelowFirst = second !== "" && isSubdomain(first);
  if (!isBelowFirst) return { deployment: toDeployment("default", "1"), execId: null, baseDir: "" };
  if (rest.length === 0 || !isExecId(second)) {
    return { deployment: toDeployment(first, "1"), execId: null, baseDir: first };
  }
  return { deployment: toDeployment(first, second), execId: second, baseDir: `${first}/${second}` };
}
