import { slopeOf } from "./line.ts";
import type { SoakResult, SoakSample } from "./soak.ts";
import { sumOf } from "./tally.ts";
import { grownKinds } from "./vitals.ts";

/** What a soak promises, and whether it was kept. */
export interface Verdict {
  readonly text: string;
  readonly isKept: boolean;
}

/** Growth of memory after the warm-up that is too much, in MiB a minute. */
const MEMORY_MAX_MIB_PER_MINUTE = 2;

/**
 * Rise of a count over the time after the warm-up, by its line, that is too much.
 *
 * Under load counts go up and down by ten, on a busy machine by thirty: the line then rises by up to 14 without a cause.
 */
const RISE_MAX = 30;

/** Errors in the log that the mix asks for. */
const LOGGED_ON_PURPOSE: ReadonlySet<string> = new Set([
  "Script failed",
  "A timer of a script failed",
  "Unhandled rejection",
]);

/** The samples that count for slopes. */
function countedOf({ samples, warmUpS }: SoakResult): readonly SoakSample[] {
  return samples.filter(({ atS }) => atS > warmUpS);
}

type Gauge = "rssMib" | "descriptors" | "timers" | "sockets" | "threads";

/** Growth a minute of a gauge after the warm-up: the slope of the line that fits its samples best. */
export function slopePerMinute(result: SoakResult, gauge: Gauge): number {
  return slopeOf(countedOf(result).map((sample) => [sample.atS / 60, sample[gauge]]));
}

/**
 * Every promise of a soak.
 *
 * @param memoryMaxMibPerMinute For soaks that are too short to say much about memory.
 */
export function verdictsOf(
  result: SoakResult,
  { memoryMaxMibPerMinute = MEMORY_MAX_MIB_PER_MINUTE } = {},
): readonly Verdict[] {
  const { before, after, tally, aborted, exitCode, socketsKnown, logged } = result;
  const slope = slopePerMinute(result, "rssMib");
  const countedMinutes = (result.seconds - result.warmUpS) / 60;
  const grown = grownKinds(before, after);
  const rises = (["descriptors", "timers", "sockets", "threads"] as const).map((gauge) => {
    const rise = slopePerMinute(result, gauge) * countedMinutes;
    return verdict(`${gauge} under load rose by ${rise.toFixed(1)}, at most ${RISE_MAX}`, rise <= RISE_MAX);
  });
  const unforeseen = [...logged.keys()].filter((message) => !LOGGED_ON_PURPOSE.has(message));
  return [
    verdict(
      `memory grows ${slope.toFixed(2)} MiB/min, less than ${memoryMaxMibPerMinute}`,
      slope < memoryMaxMibPerMinute,
    ),
    ...rises,
    verdict(
      `descriptors ${before.descriptors} before, ${after.descriptors} after`,
      after.descriptors <= before.descriptors,
    ),
    verdict(`timers ${before.timers} before, ${after.timers} after`, after.timers <= before.timers),
    verdict(
      `held by the runtime afterwards and not before: ${grown.join(", ") || "nothing"}`,
      grown.length === 0,
    ),
    verdict(`sockets that scripts know of afterwards ${socketsKnown}`, socketsKnown === 0),
    verdict(`executions left ${aborted}`, aborted === 0),
    verdict(
      `unexpected answers ${sumOf(tally.unexpected)} of ${tally.requests}`,
      tally.unexpected.size === 0,
    ),
    verdict(`unexpected errors in the log: ${unforeseen.join(", ") || "none"}`, unforeseen.length === 0),
    verdict(`exit code ${exitCode}`, exitCode === 0),
  ];
}

/** A soak as a table of texts, for people. */
export function tableOf(result: SoakResult): string {
  const { before, after, samples, tally, seconds, warmUpS, logged } = result;
  const gauges = (["rssMib", "descriptors", "timers", "sockets", "threads"] as const).map((gauge) => {
    const loaded = samples.map((sample) => sample[gauge]);
    const slope = `${slopePerMinute(result, gauge).toFixed(2)}/min`;
    const cells = [before[gauge], Math.min(...loaded), Math.max(...loaded), after[gauge]].map(shorten);
    return row(gauge === "rssMib" ? "RSS in MiB" : gauge, ...cells, slope);
  });
  return [
    row("", "before", "least", "most", "after", "slope"),
    ...gauges,
    "",
    `${seconds} s, slopes from second ${warmUpS.toFixed(0)} on`,
    `requests           ${tally.requests}, ${(tally.requests / seconds).toFixed(0)}/s`,
    `sockets            ${tally.sockets}, messages ${tally.messages}`,
    `cut by clients     ${listOf(tally.cut)}`,
    `expected errors    ${listOf(tally.expected)}`,
    `unexpected         ${listOf(tally.unexpected)}`,
    `errors in the log  ${listOf(logged)}`,
  ].join("\n");
}

function verdict(text: string, isKept: boolean): Verdict {
  return { text, isKept };
}

function row(name: string, ...cells: readonly string[]): string {
  return name.padEnd(12) + cells.map((cell) => cell.padStart(12)).join("");
}

function shorten(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

function listOf(kinds: ReadonlyMap<string, number>): string {
  const parts = [...kinds].map(([kind, count]) => `${kind} ${count}`);
  return parts.length === 0 ? "none" : `${sumOf(kinds)}: ${parts.join(", ")}`;
}
