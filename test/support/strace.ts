/** Makes chosen system calls of a running process fail, with Debian's strace. */

import { type Found, findOrInstall } from "./debian-package.ts";

/** A system call of the traced process. */
export interface SystemCall {
  /** `openat`, `fsync`, … */
  readonly name: string;
  readonly thread: string;
  /** Which one of this name, from 1, as the thread counts them. */
  readonly nth: number;
  /** Whether strace answered it in the kernel's place. */
  readonly isInjected: boolean;
}

/** A trace that is attached to a process. */
export interface Tracing {
  /** Detaches, and answers the calls since it was attached, in their order. */
  stop(): Promise<readonly SystemCall[]>;
}

/**
 * Looks for strace, and installs it where that is allowed.
 *
 * Containers often forbid ptrace(2): then it counts as missing, too.
 */
export async function findStrace(): Promise<Found<{ readonly path: string }>> {
  const found = await findOrInstall("strace", () => {
    const path = Bun.which("strace");
    return path === null ? null : { path };
  });
  if ("missing" in found) return found;
  const trial = await Bun.$`${found.path} -f -o /dev/null -e trace=none true`.quiet().nothrow();
  return trial.exitCode === 0
    ? found
    : { missing: `strace may not trace here: ${String(trial.stderr).trim()}` };
}

/**
 * Attaches to a process and resolves when every call from now on is seen.
 *
 * @param options.calls Names of the system calls to record.
 * @param options.inject As strace(1) takes it: `fsync:error=EIO:when=2`. Calls are counted for each thread.
 */
export async function trace(
  strace: string,
  pid: number,
  {
    calls,
    inject,
    log,
  }: { readonly calls: readonly string[]; readonly inject?: string; readonly log: string },
): Promise<Tracing> {
  const injection = inject === undefined ? [] : ["-e", `inject=${inject}`];
  const child = Bun.spawn(
    [
      strace,
      "-f",
      "-o",
      log,
      "-e",
      "signal=none",
      "-e",
      `trace=${calls.join(",")}`,
      ...injection,
      "-p",
      `${pid}`,
    ],
    { stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  await untilAttached(child.stderr);
  return {
    async stop() {
      child.kill("SIGINT");
      await child.exited;
      return parseTrace(await Bun.file(log).text());
    },
  };
}

/** strace says so on its stderr once all threads are stopped and go on under it. */
async function untilAttached(stderr: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  let said = "";
  const reader = stderr.getReader();
  while (!said.includes("attached")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`strace did not attach: ${said}`);
    said += decoder.decode(value, { stream: true });
  }
  // Read on, so that it never waits for us.
  void (async () => {
    while (!(await reader.read()).done);
  })();
}

function parseTrace(log: string): readonly SystemCall[] {
  const counts = new Map<string, number>();
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, number>();
  for (const line of log.split("\n")) {
    const [, thread = "", rest = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const isInjected = rest.endsWith("(INJECTED)");
    if (rest.startsWith("<... ")) {
      const index = unfinished.get(thread);
      const begun = index === undefined ? undefined : calls[index];
      if (index !== undefined && begun !== undefined) calls[index] = { ...begun, isInjected };
      continue;
    }
    const name = /^(\w+)\(/.exec(rest)?.[1];
    if (name === undefined) continue;
    const nth = (counts.get(`${thread} ${name}`) ?? 0) + 1;
    counts.set(`${thread} ${name}`, nth);
    if (rest.endsWith("<unfinished ...>")) unfinished.set(thread, calls.length);
    calls.push({ name, thread, nth, isInjected });
  }
  return calls;
}
