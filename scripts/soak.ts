/**
 * `bun run soak [--seconds 600]`: mixed load on a server process, a line each 10 s, and at the end whether anything grew.
 *
 * The load is the table in `test/soak/mix.ts`: calls, errors, big bodies, streams, sockets, clients that leave in the
 * middle of each, writes through the API and on disk; some 800 requests and 170 sockets a second at most, for which
 * the server takes a third of one core.
 *
 * Slopes are those of the line that fits the samples best (least squares), one sample each 2 s, without the first third
 * of the time: until then caches fill and the compiler optimises. Memory is that of the server process as the system
 * counts it (`VmRSS`), without asking for a collection of garbage. Timers and sockets are counted by the engine
 * (`test/soak/vitals.ts`), descriptors and threads by the system.
 *
 * Exit code 1 when memory grows by 2 MiB a minute or more, when counts rise under load, when a descriptor, a timer, a
 * socket or an execution is left once all clients have gone, or when an answer or a line of the log was not expected.
 */
import { parseArgs } from "node:util";
import { tableOf, verdictsOf } from "../test/soak/report.ts";
import { soak } from "../test/soak/soak.ts";
import { sumOf } from "../test/soak/tally.ts";

/** Memory goes up and down by 20 MiB from one collection to the next, so that a slope needs many samples. */
const SAMPLE_EVERY_S = 2;
const LINE_EVERY_S = 10;

const { values } = parseArgs({ options: { seconds: { type: "string", default: "600" } } });
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 20) {
  console.error(`Cannot use --seconds "${values.seconds}"; expected a whole number of at least 20`);
  process.exit(2);
}

const result = await soak({
  seconds,
  sampleEveryS: SAMPLE_EVERY_S,
  warmUpShare: 1 / 3,
  onSample({ atS, rssMib, descriptors, timers, sockets, threads }, tally) {
    if (atS % LINE_EVERY_S !== 0) return;
    const row = [
      `${atS} s`.padStart(6),
      `rss ${rssMib.toFixed(1)} MiB`,
      `descriptors ${descriptors}`,
      `timers ${timers}`,
      `sockets ${sockets}`,
      `threads ${threads}`,
      `requests ${tally.requests}`,
      `unexpected ${sumOf(tally.unexpected)}`,
    ];
    console.log(row.join("  "));
  },
});

const verdicts = verdictsOf(result);
console.log(`\n${tableOf(result)}\n`);
for (const { text, isKept } of verdicts) console.log(`${isKept ? "ok  " : "FAIL"} ${text}`);
for (const each of result.tally.examples) console.log(`  ${each}`);
process.exit(verdicts.every(({ isKept }) => isKept) ? 0 : 1);
