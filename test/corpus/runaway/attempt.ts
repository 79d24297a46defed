import { readMemory } from "../../e2e/faults/vitals.ts";
import { type ServerProcess, untilAnswering } from "../../support/process.ts";
import { until } from "../../support/until.ts";
import type { BeyondGuards, End } from "./beyond-guards.ts";

/** What became of a script that no guard can end. */
export interface Attempt {
  readonly end: End;
  /** Longest time in which nobody else was answered, in milliseconds. */
  readonly silentMs: number;
  /** Whether the log, and the status where the server was replaced, name the script; true when there is nothing to name. */
  readonly isNamed: boolean;
  /** Most resident memory of the server that ran it, in MiB. */
  readonly peakMib: number;
}

/** Where the script of an {@link attempt} and its neighbour stand. */
export const attemptFiles = (row: BeyondGuards) => ({
  [SCRIPT]: row.source,
  "default/1/neighbour.js": 'return "still here"',
});

const SCRIPT = "default/1/a.js";
/** How often its memory is looked at. */
const LOOK_MS = 50;
const STATUS = "/api/v1/exec/system/restart-status";

/** Runs a script of {@link attemptFiles} once, while a neighbour is called. */
export async function attempt(server: ServerProcess, row: BeyondGuards): Promise<Attempt> {
  await untilNeighbourAnswers(server);
  const pid = await server.serverPid();
  let peakMib = 0;
  const looking = setInterval(() => {
    peakMib = Math.max(peakMib, peakOf(pid));
  }, LOOK_MS);
  let silentMs = 0;
  let lastMs = performance.now();
  let isOver = false;
  const answered = server
    .fetch("/a")
    .then(
      (response) => response.status,
      () => 0,
    )
    .finally(() => {
      isOver = true;
    });
  for (let wasOver = false; !wasOver; await Bun.sleep(5)) {
    wasOver = isOver;
    await untilNeighbourAnswers(server);
    silentMs = Math.max(silentMs, performance.now() - lastMs);
    lastMs = performance.now();
  }
  clearInterval(looking);
  const status = await answered;
  // It may die of what it holds just now.
  const isReplaced = (await untilAnswering(server)) !== pid;
  const end = isReplaced ? "replaced" : status === 200 ? "finished" : "failed";
  const isSilent = end === "finished" && row.isLogged !== true;
  return { end, silentMs, isNamed: isSilent || (await isNamed(server, isReplaced)), peakMib };
}

async function untilNeighbourAnswers(server: ServerProcess): Promise<void> {
  const ask = () =>
    server.fetch("/neighbour").then(
      (response) => response.text(),
      () => "",
    );
  await until(ask, (text) => text === "still here", { withinMs: 60_000 });
}

async function isNamed(server: ServerProcess, isReplaced: boolean): Promise<boolean> {
  const isComplaint = (line: string) => /"level":[45]0/.test(line) && line.includes(`"script":"${SCRIPT}"`);
  const isThere = () => server.output().split("\n").some(isComplaint);
  const isLogged = await until(isThere, Boolean, { withinMs: 2_000 }).catch(() => false);
  if (!isLogged) return false;
  if (!isReplaced) return true;
  const status = (await (await server.fetch(STATUS)).json()) as {
    lastReplacement?: { script: string | null };
  };
  return status.lastReplacement?.script === SCRIPT;
}

function peakOf(pid: number): number {
  try {
    return readMemory(pid).peakMib;
  } catch {
    return 0; // It has been replaced.
  }
}
