import { Turns } from "../base/turns.ts";
import { parseDirectives } from "../directives/parse.ts";
import { deploymentOf } from "./names.ts";

/** Where it stands how long logs are wanted. */
export interface RetentionSources {
  /** Every script, relative to the scripts root. */
  readonly scripts: () => Iterable<string>;
  /** The scripts that answer for a deployment where it looks first, and whether it looks nowhere else. */
  readonly scriptsOf: (deployment: DeploymentName) => {
    readonly own: Iterable<string>;
    readonly isExclusive: boolean;
  };
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
 * that are called from elsewhere do not decide for all. So what lies in no such folder counts for every log alike, and
 * is looked at once.
 *
 * @param logs Names of the files that lines are added to.
 * @returns Without those for which no script asks.
 */
export async function keptDaysByLog(
  logs: ReadonlySet<string>,
  { scripts, scriptsOf, sourceOf }: RetentionSources,
): Promise<ReadonlyMap<string, number>> {
  const deployments = new Map(
    [...logs].flatMap((file) => {
      const deployment = deploymentOf(file);
      return deployment === null ? [] : [[file, deployment] as const];
    }),
  );
  const logged = new Set([...deployments.values()].map(keyOf));
  const wanted = new WantedDays(sourceOf);
  const shared = await wanted.longest(scripts(), (script) => !logged.has(folderOf(script)));
  const longest = new Map<string, number>();
  for (const [file, deployment] of deployments) {
    const home = keyOf(deployment);
    const { own, isExclusive } = scriptsOf(deployment);
    const days = longer(
      isExclusive ? null : shared,
      await wanted.longest(own, (script) => folderOf(script) === home || !logged.has(folderOf(script))),
    );
    if (days !== null) longest.set(file, days);
  }
  return longest;
}

/** How long scripts want their lines to be kept, each of them read once. */
class WantedDays {
  readonly #sourceOf: RetentionSources["sourceOf"];
  readonly #daysOf = new Map<string, number | null>();
  readonly #turns = new Turns();

  constructor(sourceOf: RetentionSources["sourceOf"]) {
    this.#sourceOf = sourceOf;
  }

  /** The longest time that one of the scripts which count asks for; null when none does. */
  async longest(scripts: Iterable<string>, counts: (script: string) => boolean): Promise<number | null> {
    let longest: number | null = null;
    for (const script of scripts) {
      if (this.#turns.isOver) await this.#turns.next();
      if (counts(script)) longest = longer(longest, this.#of(script));
    }
    return longest;
  }

  #of(script: string): number | null {
    let days = this.#daysOf.get(script);
    if (days === undefined) {
      days = readDays(this.#sourceOf(script));
      this.#daysOf.set(script, days);
    }
    return days;
  }
}

function longer(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
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
