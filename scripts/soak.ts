/**
 * `bun run soak [--seconds 600]`: mixed load on a server process, a line each 10 s, and whether anything grew.
 *
 * Exit code 1 when memory grows by 2 MiB a minute or more after the warm-up, a descriptor or an execution is left, or
 * an answer was wrong.
 */
import { parseArgs } from "node:util";
import { soak } from "../test/soak/soak.ts";

const SLOPE_MAX_MIB_PER_MINUTE = 2;

const { values } = parseArgs({ options: { seconds: { type: "string", default: "600" } } });
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 20) {
  console.error(`Cannot use --seconds "${values.seconds}"; expected a whole number of at least 20`);
  process.exit(2);
}

const result = await soak({
  seconds,
  sampleEveryS: 10,
  warmUpShare: 1 / 3,
  onSample({ atS, rssMib, descriptors, threads }, requests, wrong) {
    const row = [
      `${atS} s`.padStart(6),
      `rss ${rssMib.toFixed(1)} MiB`,
      `descriptors ${descriptors}`,
      `threads ${threads}`,
      `requests ${requests}`,
      `wrong ${wrong}`,
    ];
    console.log(row.join("  "));
  },
});

const { slopeMibPerMinute, descriptorsBefore, descriptorsAfter, wrong, aborted, exitCode } = result;
const verdicts: readonly [text: string, isFine: boolean][] = [
  [
    `memory ${slopeMibPerMinute.toFixed(2)} MiB/min, fewer than ${SLOPE_MAX_MIB_PER_MINUTE}`,
    slopeMibPerMinute < SLOPE_MAX_MIB_PER_MINUTE,
  ],
  [
    `descriptors ${descriptorsBefore} before, ${descriptorsAfter} after`,
    descriptorsAfter <= descriptorsBefore + 2,
  ],
  [`executions left ${aborted}`, aborted === 0],
  [`wrong answers ${wrong.length} of ${result.requests}`, wrong.length === 0],
  [`exit code ${exitCode}`, exitCode === 0],
];
for (const [text, isFine] of verdicts) console.log(`${isFine ? "ok  " : "FAIL"} ${text}`);
for (const each of wrong.slice(0, 10)) console.log(`  ${each}`);
process.exit(verdicts.every(([, isFine]) => isFine) ? 0 : 1);
