/** `bun run test`: installs, then every check and every test; the last line sums them up. */
import "./install.ts";
import { runStep, STATIC_STEPS, type StepResult, summarise, testStep } from "./step.ts";

const steps = (...folders: readonly string[]) => folders.flatMap((folder) => testStep(folder) ?? []);

const results: StepResult[] = await Promise.all([...STATIC_STEPS, ...steps("unit", "contract")].map(runStep));
// What follows looks at time or loads the machine, so each has it to itself.
for (const step of steps("runtime", "fuzz", "e2e", "browser")) results.push(await runStep(step));
console.log(summarise(results));
process.exit(results.some(({ failed }) => failed > 0) ? 1 : 0);
