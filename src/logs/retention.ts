import { parseDirectives } from "../directives/parse.ts";
import { deploymentOf } from "./names.ts";

/** Scripts read without a pause. */
const READS_AT_ONCE = 50;

/** Where it stands how long logs are wanted. */
export interface RetentionSources {
  /** The scripts that may answer requests of a deployment, relative to the scripts root. */
  readonly scriptsOf: (deployment: DeploymentName) => Iterable<string>;
  /** The source of a script; null for one that is gone. */
  readonly sourceOf: (file: string) => string | null;
}

interface DeploymentName {
  readonly subdomain: string;
  readonly execId: string;
}

/**
 * The longest time, in days, that a script which may write to a log asks for (`@log-retention-days`).
 *
 * A request may be answered from any candidate root of its deployment (script-runtime.md §3), down to the scripts root,
 * below which every script lies. Those in the folder of another deployment that has a log write to that one; the few
 * that are called from elsewhere do not decide for all.
 *
 * @param logs Names of the files that lines are added to.
 * @returns Without those for which no script asks.
 */
export async function keptDaysByLog(
  logs: ReadonlySet<string>,
  { scriptsOf, sourceOf }: RetentionSources,
): Promise<ReadonlyMap<string, number>> {
  const deployments = new Map(
    [...logs].flatMap((file) => {
      const deployment = deploymentOf(file);
      return deployment === null ? [] : [[file, deployment] as const];
    }),
  );
  const logged = new Set([...deployments.values()].map(keyOf));
  const daysOf = new Map<string, number | null>();
  const longest = new Map<string, number>();
  for (const [file, deployment] of deployments) {
    await Bun.sleep(0);
    const own = keyOf(deployment);
    for (const script of scriptsOf(deployment)) {
      const home = folderOf(script);
      if (home !== own && logged.has(home)) continue;
      let days = daysOf.get(script);
      if (days === undefined) {
        days = readDays(sourceOf(script));
        daysOf.set(script, days);
        if (daysOf.size % READS_AT_ONCE === 0) await Bun.sleep(0);
      }
      if (days !== null) longest.set(file, Math.max(days, longest.get(file) ?? 0));
    }
  }
  return longest;
}

function keyOf({ subdomain, execId }: DeploymentName): string {
  return `${subdomain}/${execId}`;
}

/** The first two names of a path: of a deployment's script that deployment. */
function folderOf(script: string): string {
  return script.split("/", 2).join("/");
}

/** null for a script that keeps no log. */
function readDays(source: string | null): number | null {
  if (source === null) return null;
  const { effective } = parseDirectives(source);
  return effective["log-level"] === "none" ? null : effective["log-retention-days"];
}
