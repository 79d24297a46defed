import { LOAD_CPU, type Load, type LoadFigures, runLoad } from "./load.ts";
import { readBusySeconds, readCpuSeconds } from "./process-figures.ts";
import { type BenchServer, SERVER_CPU } from "./servers.ts";

/** How long and how often a comparison runs. */
export interface Effort {
  readonly rounds: number;
  /** Of one run, whole seconds. */
  readonly seconds: number;
}

/** Medians over all rounds; a ratio is taken within one round only, because the machine drifts between them. */
export interface Comparison {
  /** Requests per second of the subject over those of the base. */
  readonly ratio: number;
  /** CPU time for one request of the base over that of the subject; less sensitive to noise than `ratio`. */
  readonly cpuRatio: number;
  /** 99th percentile of the subject's latency over the base's. */
  readonly p99Ratio: number;
  readonly subjectRequestsPerSecond: number;
  readonly baseRequestsPerSecond: number;
  readonly failed: number;
  /** Part of a core that other processes took. */
  readonly foreignShare: number;
}

/** One run with the CPU time it cost the server. */
interface Run extends LoadFigures {
  readonly cpuSecondsPerRequest: number;
  /** Part of a core that other processes took, NaN where nobody knows. */
  readonly foreignShare: number;
}

/** The two base runs around a subject may differ by this factor; else the machine was busy and the round is repeated. */
const DRIFT_MAX = 1.2;
const REPEATS_MAX = 2;
/** Largest share of a core that anything else may take during a run; else the run is repeated. */
const FOREIGN_SHARE_MAX = 0.12;
/** Repetitions of a busy run; a machine that never rests still gets its figures. */
const TRIES_MAX = 4;

/**
 * Compares two servers under the same load: base, subject, base, and the ratio to the mean of the two base runs, so
 * that a machine which slowly gets faster or slower moves both sides.
 *
 * @param options.subjectLoad When the two answer under different paths.
 */
export async function compare(options: {
  readonly base: BenchServer;
  readonly subject: BenchServer;
  readonly load: Load;
  readonly subjectLoad?: Load;
  readonly effort: Effort;
}): Promise<Comparison> {
  const { base, subject, load, effort } = options;
  const runBase = () => run(base, load, effort.seconds);
  const runSubject = () => run(subject, options.subjectLoad ?? load, effort.seconds);
  // Both are hot before the first figure counts.
  await runBase();
  await runSubject();

  const rounds: { readonly before: Run; readonly subject: Run; readonly after: Run }[] = [];
  let before = await runBase();
  for (let repeats = 0; rounds.length < effort.rounds; ) {
    const round = { before, subject: await runSubject(), after: await runBase() };
    before = round.after;
    if (drift(round.before, round.after) > DRIFT_MAX && repeats < REPEATS_MAX) {
      repeats += 1;
      continue;
    }
    repeats = 0;
    rounds.push(round);
  }
  const medianOf = (figure: (round: (typeof rounds)[number]) => number) => median(rounds.map(figure));
  return {
    ratio: medianOf((round) => round.subject.requestsPerSecond / mean(round, "requestsPerSecond")),
    cpuRatio: medianOf((round) => mean(round, "cpuSecondsPerRequest") / round.subject.cpuSecondsPerRequest),
    p99Ratio: medianOf((round) => round.subject.p99Ms / mean(round, "p99Ms")),
    subjectRequestsPerSecond: medianOf((round) => round.subject.requestsPerSecond),
    baseRequestsPerSecond: medianOf((round) => mean(round, "requestsPerSecond")),
    foreignShare: medianOf((round) => Math.max(round.before.foreignShare, round.subject.foreignShare)),
    failed: rounds.reduce((sum, round) => sum + round.subject.failed + round.after.failed, 0),
  };
}

/** The middle of some figures, NaN for none. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

async function run(server: BenchServer, load: Load, seconds: number): Promise<Run> {
  for (let tries = 1; ; tries++) {
    const startedMs = performance.now();
    const busyBefore = readBusySeconds([SERVER_CPU, LOAD_CPU]);
    const cpuBefore = readCpuSeconds(server.pid);
    const figures = await runLoad(server.url, load, seconds);
    const cpuSeconds = readCpuSeconds(server.pid) - cpuBefore;
    const foreignSeconds =
      readBusySeconds([SERVER_CPU, LOAD_CPU]) - busyBefore - cpuSeconds - figures.cpuSeconds;
    const foreignShare = (foreignSeconds * 1000) / (performance.now() - startedMs);
    if (foreignShare > FOREIGN_SHARE_MAX && tries < TRIES_MAX) continue;
    return { ...figures, cpuSecondsPerRequest: cpuSeconds / figures.requests, foreignShare };
  }
}

function drift(one: Run, other: Run): number {
  const [low, high] = [one.requestsPerSecond, other.requestsPerSecond].sort((a, b) => a - b);
  return (high ?? 0) / (low ?? 0);
}

function mean(round: { readonly before: Run; readonly after: Run }, figure: keyof Run): number {
  return (round.before[figure] + round.after[figure]) / 2;
}
