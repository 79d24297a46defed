import { mkdir, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type TestApp, type TestAppOptions, testApp } from "./app.ts";

/** A script that leaves a line for each request: `/logged`. */
export const LOGGED = { "default/1/logged.js": "// @log-level standard\nreturn { ok: true }" };

/** A log file before a test. */
export interface GivenLog {
  readonly text: string;
  /** When it was last written; now when left out. */
  readonly at?: string | Date;
}

/** Where an app keeps its logs. */
export function logsDirectory(app: TestApp): string {
  return app.services.config.logsDir;
}

/** Writes log files by name. */
export async function writeLogs(app: TestApp, logs: Readonly<Record<string, GivenLog>>): Promise<void> {
  for (const [file, { text, at }] of Object.entries(logs)) {
    const path = join(logsDirectory(app), file);
    await mkdir(dirname(path), { recursive: true });
    await Bun.write(path, text);
    if (at !== undefined) await utimes(path, new Date(at), new Date(at));
  }
}

/** An app with log files. */
export async function withLogs(
  logs: Readonly<Record<string, GivenLog>>,
  options: TestAppOptions = {},
): Promise<TestApp> {
  const app = await testApp(options);
  await writeLogs(app, logs);
  return app;
}

/** The lines of a log as an app answers them, parsed. */
export async function linesOf(
  app: Pick<TestApp, "call">,
  file = "default-1.log",
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was logged
): Promise<any[]> {
  const { status, body } = await app.call("POST", "/api/v1/exec/logs/read", { file, lines: 10_000 });
  if (status !== 200) throw new Error(`Cannot read "${file}": ${JSON.stringify(body)}`);
  return body.lines.map((line: string) => JSON.parse(line));
}

/** Names that must lead nowhere, and what each is answered. */
export const HOSTILE_NAMES: readonly (readonly [name: string, status: number])[] = [
  ["../secret.log", 400],
  ["..", 400],
  ["cron/../../secret.log", 400],
  ["executions/../default-1.log", 400],
  ["%2e%2e/secret.log", 400],
  ["..%252f..%252fsecret.log", 400],
  ["/etc/passwd", 400],
  ["/etc/x.log", 400],
  ["a\\b.log", 400],
  ["a\0.log", 400],
  ["sub/a.log", 400],
  ["cron/deep/a.log", 400],
  ["executions/a.log", 400],
  ["./default-1.log", 400],
  [`${"x".repeat(300)}.log`, 400],
  ["none.log", 404],
  ["secret.txt", 404],
  ["link.log", 404],
  ["cron", 404],
  ["cron/link.log", 404],
  ["executions/link/execution.log", 404],
  ["directory.log", 404],
  ["pipe.log", 404],
];

/** Puts links, a pipe and a directory where logs are looked for; what they lead to holds the word SECRET. */
export async function plantTraps(app: TestApp): Promise<void> {
  const root = logsDirectory(app);
  const outside = join(root, "../outside");
  await writeLogs(app, {
    "cron/fires.log": { text: "x\n" },
    "secret.txt": { text: "SECRET\n" },
    "../secret.log": { text: "SECRET\n" },
    "../outside/execution.log": { text: "SECRET\n" },
  });
  await mkdir(join(root, "executions"), { recursive: true });
  await mkdir(join(root, "directory.log"));
  await Bun.$`ln -s ${root}/../secret.log ${root}/link.log && ln -s ${root}/../secret.log ${root}/cron/link.log && ln -s ${outside} ${root}/executions/link && mkfifo ${root}/pipe.log`.quiet();
}
