/**
 * A process that changes scripts as it is told: one JSON line in, one out.
 *
 * All its calls to the file system come from one thread, so that a tracer can count them.
 */
import { open } from "node:fs/promises";
import { isExecError } from "../../../src/errors/exec-error.ts";
import { ScriptChanges } from "../../../src/scripts/changes.ts";
import { ScriptStore } from "../../../src/scripts/store.ts";
import type { WorkerAnswer, WorkerTask } from "./worker-process.ts";

const [root = "", pipe = ""] = process.argv.slice(2);

// The pool has two threads at least (UV_THREADPOOL_SIZE=1): one waits at a pipe that nobody writes to.
const blocked = await open(pipe, "r+");
void blocked.read(Buffer.alloc(1), 0, 1, null);

const changes = new ScriptChanges();
const store = new ScriptStore({ root, changes });
let told: Record<string, "written" | "removed"> = {};
changes.subscribe((change) => {
  if (change.kind === "reset") throw new Error("The store never tells a reset");
  told[change.file] = change.kind;
});

// Whatever is loaded or made once is so before anything is traced.
await store.write("default/1/first.js", "1", { createDirs: true });
await store.move("default/1/first.js", "default/1/second.js", { overwrite: true });
await store.delete("default/1/second.js");
process.stdout.write("ready\n");

for await (const line of console) {
  told = {};
  const answer = await answerTo(JSON.parse(line) as WorkerTask);
  process.stdout.write(`${JSON.stringify({ ...answer, told } satisfies WorkerAnswer)}\n`);
}

async function answerTo(task: WorkerTask): Promise<Omit<WorkerAnswer, "told">> {
  try {
    await change(task);
    return { status: 200, error: null };
  } catch (error) {
    if (!isExecError(error)) throw error;
    return { status: error.status, error: `${error.message} ${JSON.stringify(error.details ?? {})}` };
  }
}

async function change(task: WorkerTask): Promise<void> {
  switch (task.kind) {
    case "write":
      await store.write(task.file, task.content, { createDirs: true });
      return;
    case "edit":
      await store.edit(task.file, () => ({ source: task.content }));
      return;
    case "delete":
      await store.delete(task.file);
      return;
    case "move":
      await store.move(task.from, task.to, { overwrite: true });
      return;
    default:
      return task satisfies never;
  }
}
