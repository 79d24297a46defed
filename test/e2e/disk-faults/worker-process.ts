import { join } from "node:path";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";

/** A change that the worker makes. */
export type WorkerTask =
  | { readonly kind: "write" | "edit"; readonly file: string; readonly content: string }
  | { readonly kind: "delete"; readonly file: string }
  | { readonly kind: "move"; readonly from: string; readonly to: string };

/** What came of it. */
export interface WorkerAnswer {
  /** As a caller of the control API would get it. */
  readonly status: number;
  /** Message and details; null for success. */
  readonly error: string | null;
  /** Changes that whoever keeps files in memory was told of. */
  readonly told: Readonly<Record<string, "written" | "removed">>;
}

/** A running worker. */
export interface Worker extends AsyncDisposable {
  readonly pid: number;
  run(task: WorkerTask): Promise<WorkerAnswer>;
}

/** Starts a worker over a scripts root. */
export async function startWorker(root: string): Promise<Worker> {
  const directory: TempDir = await tempDir();
  const pipe = join(directory.path, "pipe");
  await Bun.$`mkfifo ${pipe}`.quiet();
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "worker.ts"), root, pipe], {
    env: { ...process.env, UV_THREADPOOL_SIZE: "1" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = linesOf(child.stdout);
  await nextLine(lines);
  return {
    pid: child.pid,
    async run(task) {
      child.stdin.write(`${JSON.stringify(task)}\n`);
      await child.stdin.flush();
      return JSON.parse(await nextLine(lines)) as WorkerAnswer;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

async function nextLine(lines: AsyncGenerator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done) throw new Error("The worker has ended");
  return value;
}
