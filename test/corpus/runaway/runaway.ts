/**
 * `bun run corpus:runaway [--loop-limit <ms>] [--only <part of a name>]…`: scripts that never let go of the server, or
 * take too much of it, against real processes. Says what ended each, when, what others noticed, and whether it was named.
 */
import { parseArgs } from "node:util";
import { startProcess } from "../../support/process.ts";
import { attempt, attemptFiles } from "./attempt.ts";
import { BEYOND_GUARDS } from "./beyond-guards.ts";
import { FAIR_CALLS, fairCases } from "./fair.ts";
import { tryGuarded } from "./guarded.ts";
import { RUNAWAYS } from "./rows.ts";

/** Longest time in which nobody is answered; the promise of running.md §5. */
const SILENT_MS_MAX = 6_000;
/** What each of {@link FAIR_CALLS} requests works. */
const SHARE_MS = 100;
const FAIR = fairCases(SHARE_MS);

const { values } = parseArgs({
  options: {
    "loop-limit": { type: "string", default: "500" },
    only: { type: "string", multiple: true },
  },
});
const isChosen = (name: string) => values.only?.some((part) => name.includes(part)) ?? true;
const names = [...RUNAWAYS, ...BEYOND_GUARDS, ...FAIR].map(({ name }) => name).filter(isChosen);
if (names.length === 0) {
  console.error(`Cannot find a script for --only ${values.only}`);
  process.exit(2);
}

console.log(`Bun ${Bun.version}`);
const wrong = [
  ...(await tryGuarded(isChosen, Number(values["loop-limit"]))),
  ...(await tryBeyondGuards()),
  ...(await tryFair()),
];
console.log(
  wrong.length === 0
    ? `\nAll ${names.length} went as promised.`
    : `\n${wrong.length} of ${names.length} went wrong: ${wrong.join("; ")}`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;

async function tryBeyondGuards(): Promise<string[]> {
  const chosen = BEYOND_GUARDS.filter(({ name }) => isChosen(name));
  if (chosen.length === 0) return [];
  const wrong: string[] = [];
  console.log(`\n${chosen.length} scripts that no guard can end, a process each\n`);
  console.log("| script | end | others not answered for | named | most memory |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const row of chosen) {
    await using server = await startProcess({ files: attemptFiles(row) });
    const { end, silentMs, isNamed, peakMib } = await attempt(server, row);
    const isGood = row.ends.includes(end) && isNamed && silentMs <= SILENT_MS_MAX;
    if (!isGood) wrong.push(row.name);
    console.log(
      `| ${isGood ? "" : "**✗** "}${row.name} | ${end} | ${Math.round(silentMs)} ms | ${isNamed ? "yes" : "no"} | ${Math.round(peakMib)} MiB |`,
    );
  }
  return wrong;
}

/** With the usual limit. Requests that go on after the same promise take one turn of the event loop all together. */
async function tryFair(): Promise<string[]> {
  const chosen = FAIR.filter(({ name }) => isChosen(name));
  if (chosen.length === 0) return [];
  const wrong: string[] = [];
  console.log(`\n${FAIR_CALLS} requests at once, each of which works ${SHARE_MS} ms, --loop-limit 2000\n`);
  console.log("| requests | answered as they should be | took |");
  console.log("| --- | --- | --- |");
  for (const { name, files } of chosen) {
    const placed = Object.entries(files).map(([file, text]) => [`default/1/${file}`, text]);
    await using server = await startProcess({
      files: Object.fromEntries(placed),
      flags: ["--stall-timeout", "1m"],
    });
    const sinceMs = performance.now();
    const ask = () => server.fetch("/a").then((response) => response.text());
    const answers = await Promise.allSettled(Array.from({ length: FAIR_CALLS }, ask));
    const done = answers.filter((each) => each.status === "fulfilled" && each.value === "done").length;
    const isGood = done === FAIR_CALLS;
    if (!isGood) wrong.push(name);
    const tookMs = Math.round(performance.now() - sinceMs);
    console.log(`| ${isGood ? "" : "**✗** "}${name} | ${done} of ${FAIR_CALLS} | ${tookMs} ms |`);
  }
  return wrong;
}
