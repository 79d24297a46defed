/** `bun run fuzz [--requests 20000] [--seed N] [--only scripts]`: calls every operation rightly and wrongly. */
import { parseArgs } from "node:util";
import { fuzzDocument } from "../test/fuzz/document/run.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "20000" },
    seed: { type: "string" },
    only: { type: "string", default: "" },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);
const { counts, faults } = await fuzzDocument({
  requests: Number(values.requests),
  seed,
  onlyOf: values.only,
});
let total = 0;
for (const [id, statuses] of counts) {
  const row = [...statuses]
    .toSorted(([one], [other]) => one - other)
    .map(([status, count]) => `${status}: ${count}`);
  for (const count of statuses.values()) total += count;
  console.log(`${id.padEnd(28)} ${row.join("  ")}`);
}
for (const fault of faults) console.log(`\n${fault}`);
console.log(`\n${total} requests, ${faults.length} faults, seed ${seed}`);
process.exit(faults.length === 0 ? 0 : 1);
