import { relative } from "node:path";

/** One check of the tree: a command whose exit code decides. */
export interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

/** What came of a step. */
export interface StepResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const ROOT = new URL("..", import.meta.url).pathname;
const BIN = `${ROOT}node_modules/.bin`;

/** Types, lint and format of the whole tree. */
export const STATIC_STEPS: readonly Step[] = [
  { name: "types", command: [`${BIN}/tsc`, "-p", "."] },
  { name: "lint", command: [`${BIN}/biome`, "lint", "--error-on-warnings", "."] },
  {
    name: "format",
    command: [`${BIN}/biome`, "check", "--linter-enabled=false", "--error-on-warnings", "."],
  },
];

/** The tests below folders of `test/`, file by file. */
export function testStep(...folders: readonly string[]): Step {
  const paths = folders.map((folder) => `./test/${folder}/`);
  return { name: folders.join(", "), command: [process.execPath, "test", ...paths] };
}

/**
 * The same in two lanes, each a process that takes the next file when it has done one.
 *
 * Two wherever it runs, so that a file never has more beside it than where it was written. What
 * `test/timings.json` names begins first, the slowest at the head: a long file that began last would run alone. Other
 * files follow; the times need not be right, and `--update-timings` writes them anew.
 */
export function laneStep(...folders: readonly string[]): Step {
  const { name, command } = testStep(...folders);
  // One set of modules for all files of a lane, as without lanes; each file anew would take longer.
  const lanes = ["--parallel=2", "--no-isolate", "--timings=test/timings.json"];
  // Tests that start processes took up to 3 s of the usual 5 s with the machine to themselves; in milliseconds.
  const timeout = "--timeout=20000";
  return { name, command: [...command, ...lanes, timeout] };
}

/** Runs a step, prints one line for it, and its whole output when it failed. */
export async function runStep(step: Step): Promise<StepResult> {
  const startedMs = performance.now();
  const child = Bun.spawn([...step.command], { cwd: ROOT, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const result = { name: step.name, ...count(`${stdout}\n${stderr}`, exitCode) };
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${result.failed === 0 ? "ok  " : "FAIL"} ${step.name} (${seconds} s)`);
  // Their names say why.
  const skipped = `${stdout}\n${stderr}`.match(/^\(skip\) .*$/gm) ?? [];
  for (const line of new Set(skipped)) console.log(`     ${line}`);
  if (result.failed > 0) {
    console.log(
      `$ ${step.command.map((word) => relative(ROOT, word) || word).join(" ")}\n${stdout}${stderr}`,
    );
  }
  return result;
}

/** `N passed, N failed`, and `, N skipped` if there are any. */
export function summarise(results: readonly StepResult[]): string {
  const sum = (field: "passed" | "failed" | "skipped") =>
    results.reduce((total, result) => total + result[field], 0);
  const skipped = sum("skipped");
  return `${sum("passed")} passed, ${sum("failed")} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

/** The figures of Bun's test runner; any other command counts as one check. */
export function count(output: string, exitCode: number): Omit<StepResult, "name"> {
  const figure = (word: string) => Number(new RegExp(`^\\s*(\\d+) ${word}$`, "m").exec(output)?.[1] ?? 0);
  const passed = figure("pass");
  const failed = figure("fail");
  const skipped = figure("skip") + figure("todo");
  if (passed + failed + skipped === 0) {
    return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
  }
  // A run can also fail outside its tests: an error between them, or a file that does not load.
  return { passed, failed: exitCode === 0 ? failed : Math.max(failed, 1), skipped };
}
