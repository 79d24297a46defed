/** `bun run test`: installs, then every check and every test; the last line sums them up. */
import "./install.ts";
import { laneStep, runStep, STATIC_STEPS, summarise, testStep } from "./step.ts";

const results = await Promise.all([...STATIC_STEPS, testStep("unit"), testStep("contract")].map(runStep));
// What follows looks at time or loads the machine, so no more than two files run at once: most of e2e is waiting.
for (const step of [laneStep("runtime", "fuzz"), laneStep("e2e", "browser")])
  results.push(await runStep(step));
console.log(summarise(results));
process.exit(results.some(({ failed }) => failed > 0) ? 1 : 0);
