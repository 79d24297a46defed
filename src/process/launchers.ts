import { readFileSync } from "node:fs";
import { readProcessStat } from "../base/process-stat.ts";

/** One process, told from a later one with the same number by when it started. */
interface ProcessMark {
  readonly pid: number;
  readonly startedAt: string;
}

/**
 * The processes between a person's command and this one: `bun run`, and above it `npx` and its shell.
 *
 * `npx` dies of SIGTERM without passing it on and leaves `npx → sh → bun run → this` running, so whoever stopped it
 * would leave a server behind. A shell, systemd or a container above them is not one of them: with `nohup` and `&` a
 * server outlives its shell.
 */
export class Launchers {
  readonly #marks: readonly ProcessMark[];

  private constructor(marks: readonly ProcessMark[]) {
    this.#marks = marks;
  }

  /** Those of this process; none when it was started by itself, or where there is no `/proc`. */
  static ofThisProcess(): Launchers {
    return new Launchers(findLaunchers(process.ppid));
  }

  /** Whether one of them has ended. */
  get isGone(): boolean {
    return this.#marks.some(({ pid, startedAt }) => readProcessStat(pid)?.startedAt !== startedAt);
  }
}

function findLaunchers(pid: number): readonly ProcessMark[] {
  const found: ProcessMark[] = [];
  let above = readProcess(pid);
  if (above !== null && isBunRun(above.command)) {
    found.push(above);
    above = readProcess(above.parentPid);
  }
  // npm and npx run a command through a shell of their own.
  const shell = above !== null && isShell(above.command) ? above : null;
  const npm = shell === null ? above : readProcess(shell.parentPid);
  if (npm !== null && isNpm(npm.command)) found.push(...(shell === null ? [] : [shell]), npm);
  return found;
}

/** `bun run start` and `bun start`. */
function isBunRun(command: string): boolean {
  return /^(?:\S*\/)?bun(?:\.exe)?(?: -\S+)* (?:run|start)(?: |$)/.test(command);
}

function isShell(command: string): boolean {
  return /^(?:\S*\/)?(?:sh|bash|dash|zsh) -c /.test(command);
}

/** They name themselves `npm exec …` and `npm start`; until then they are Node with their own source. */
function isNpm(command: string): boolean {
  return /^np[mx](?: |$)/.test(command) || /\/np[mx](?:-cli\.js)?(?: |$)/.test(command);
}

function readProcess(
  pid: number,
): (ProcessMark & { readonly parentPid: number; readonly command: string }) | null {
  const stat = readProcessStat(pid);
  if (stat === null) return null;
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, ...stat, command };
  } catch {
    return null;
  }
}
