/** `bun run ok`: types, lint, format, unit and contract tests, side by side; under a minute. */
import "./install.ts";
import { runStep, STATIC_STEPS, summarise, testStep } from "./step.ts";

const tests = ["unit", "contract"].flatMap((folder) => testStep(folder) ?? []);
const results = await Promise.all([...STATIC_STEPS, ...tests].map(runStep));
console.log(summarise(results));
process.exit(results.some(({ failed }) => failed > 0) ? 1 : 0);
