/** `bun run ok`: types, lint, format, unit and contract tests, side by side; under a minute. */
import "./install.ts";
import { runStep, STATIC_STEPS, summarise, testStep } from "./step.ts";

const results = await Promise.all([...STATIC_STEPS, testStep("unit"), testStep("contract")].map(runStep));
console.log(summarise(results));
process.exit(results.some(({ failed }) => failed > 0) ? 1 : 0);
