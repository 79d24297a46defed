/**
 * `bun run bench [--quick] [--only <name>]…`: what the product promises about speed, as one Markdown table.
 *
 * Only ratios within one run mean something on a shared machine (performance.md §0), so nothing here is part of the
 * tests. Servers run on cpu 0, the load on cpu 1, everything on 127.0.0.1.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { loadGeneratorName } from "./load.ts";
import type { BenchEffort, BenchRow, Scenario } from "./scenario.ts";
import { loopGuardScenarios } from "./scenarios/loop-guards.ts";
import { manyScriptsScenario } from "./scenarios/many-scripts.ts";
import { calledScriptsScenario, overwritesScenario } from "./scenarios/memory.ts";
import { metricsScenario } from "./scenarios/metrics.ts";
import { socketScenarios } from "./scenarios/sockets.ts";
import { startupScenario } from "./scenarios/startup.ts";
import { throughputScenarios } from "./scenarios/throughput.ts";

const SCENARIOS: readonly Scenario[] = [
  ...throughputScenarios,
  ...loopGuardScenarios,
  metricsScenario,
  ...socketScenarios,
  manyScriptsScenario,
  startupScenario,
  calledScriptsScenario,
  overwritesScenario,
];
const FULL: BenchEffort = { rounds: 7, seconds: 1, starts: 7, overwriteShare: 1 };
const QUICK: BenchEffort = { rounds: 2, seconds: 1, starts: 3, overwriteShare: 0.2 };

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string", multiple: true } },
});
const chosen = SCENARIOS.filter(({ name }) => values.only?.includes(name) ?? true);
if (chosen.length === 0) {
  console.error(`No scenario of that name; there are ${SCENARIOS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const rows: BenchRow[] = [];
let failures = 0;
for (const scenario of chosen) {
  console.error(`${scenario.name} …`);
  try {
    rows.push(...(await scenario.run(values.quick ? QUICK : FULL)));
  } catch (error) {
    // The other figures are still wanted; the exit code tells.
    failures += 1;
    console.error(`${scenario.name} failed: ${error instanceof Error ? error.message : String(error)}`);
    rows.push({ title: scenario.name, goal: "–", measured: "failed", detail: "see above", met: false });
  }
}
console.log(toTable(rows));
process.exitCode = failures > 0 ? 1 : 0;

function toTable(rows: readonly BenchRow[]): string {
  const machine = `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores`;
  const rounds = values.quick ? "short rounds" : `${FULL.rounds} rounds`;
  return [
    `${new Date().toISOString().slice(0, 10)}, ${machine}, Bun ${Bun.version}, ${loadGeneratorName()}, 64 connections, medians of ${rounds}. A ratio is to a bare \`Bun.serve\` of the same answer in the same run unless it says otherwise.`,
    "",
    "| | goal | measured | | scale |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map(({ title, goal, measured, met, detail }) => {
      const verdict = met === null ? "" : met ? "✓" : "✗";
      return `| ${title} | ${goal} | ${measured} | ${verdict} | ${detail} |`;
    }),
  ].join("\n");
}
