import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isTemporaryName } from "../../../src/base/atomic-write.ts";
import { nameWith } from "../../support/debian-package.ts";
import { findStrace, type SystemCall, trace } from "../../support/strace.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";
import { startWorker, type Worker, type WorkerAnswer, type WorkerTask } from "./worker-process.ts";

const strace = await findStrace();

const OLD = "old ".repeat(3_000);
const NEW = "new ".repeat(5_000);
const MOVED = "moved";

/** What lies in the deployment before every change. */
const BEFORE = { "a.js": OLD, "source.js": MOVED };

/** TABLE: a change, and what lies there when it has been made. */
const ROWS: readonly {
  readonly name: string;
  readonly task: WorkerTask;
  readonly after: Record<string, string>;
}[] = [
  {
    name: "overwrite",
    task: { kind: "write", file: "default/1/a.js", content: NEW },
    after: { ...BEFORE, "a.js": NEW },
  },
  {
    name: "new file in new directories",
    task: { kind: "write", file: "default/1/x/y.js", content: NEW },
    after: { ...BEFORE, "x/y.js": NEW },
  },
  {
    name: "edit",
    task: { kind: "edit", file: "default/1/a.js", content: NEW },
    after: { ...BEFORE, "a.js": NEW },
  },
  { name: "delete", task: { kind: "delete", file: "default/1/a.js" }, after: { "source.js": MOVED } },
  {
    name: "move over another",
    task: { kind: "move", from: "default/1/source.js", to: "default/1/a.js" },
    after: { "a.js": MOVED },
  },
  {
    name: "move into a new directory",
    task: { kind: "move", from: "default/1/source.js", to: "default/1/x/b.js" },
    after: { "a.js": OLD, "x/b.js": MOVED },
  },
];

/** Calls that a change is made of; those of the runtime itself (futex, eventfd) are none of them. */
const CALLS = "openat,statx,mkdir,rmdir,pwrite64,fchmod,fchown,fsync,close,rename,unlink".split(",");

/** What every call is made to fail with. */
const ERRORS = ["EIO", "ENOSPC", "EINTR", "EMFILE", "EACCES"];

let storage: TempDir;
let worker: Worker;
beforeAll(async () => {
  storage = await tempDir();
  worker = await startWorker(storage.path);
});
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await storage?.[Symbol.asyncDispose]();
});

describe.each(ROWS)("$name", ({ task, after }) => {
  test.skipIf("missing" in strace)(
    nameWith(
      `${ERRORS.join(", ")} at each of its system calls: the old or the new, whole, a clear answer`,
      strace,
    ),
    async () => {
      const { answer, calls } = await change(task);
      expect({ status: answer.status, lying: await contents() }).toEqual({ status: 200, lying: after });
      expect(calls.length).toBeGreaterThan(4);
      for (const { name, nth } of calls) {
        for (const error of ERRORS) {
          const place = `${error} at ${name} ${nth}`;
          const injected = await change(task, `${name}:error=${error}:when=${nth}`);
          expect(
            injected.calls.map(({ isInjected }) => isInjected),
            place,
          ).toContain(true);
          await judge(place, injected.answer, after);
        }
      }
    },
    60_000,
  );
});

describe("a disk that takes nothing, or loses what it says to have taken,", () => {
  test.skipIf("missing" in strace)(nameWith("is found out: the old content stays", strace), async () => {
    for (const taken of [0, NEW.length]) {
      // The kernel is not asked: the bytes are lost.
      const { answer } = await change(ROWS[0]!.task, `pwrite64:retval=${taken}:when=1`);
      expect({ taken, status: answer.status, lying: await contents() }).toEqual({
        taken,
        status: 500,
        lying: BEFORE,
      });
    }
  });
});

/** Makes one change from {@link BEFORE}, with a fault if one is given. */
async function change(
  task: WorkerTask,
  inject?: string,
): Promise<{ readonly answer: WorkerAnswer; readonly calls: readonly SystemCall[] }> {
  if ("missing" in strace) throw new Error(strace.missing);
  const deployment = join(storage.path, "default/1");
  await rm(deployment, { recursive: true, force: true });
  await mkdir(deployment);
  for (const [file, content] of Object.entries(BEFORE)) {
    await Bun.write(join(deployment, file), content);
    // Not what a new file would get, so that the change of mode is seen among the calls.
    await chmod(join(deployment, file), 0o600);
  }
  await using log = await tempDir();
  const tracing = await trace(strace.path, worker.pid, {
    calls: CALLS,
    log: join(log.path, "trace"),
    ...(inject === undefined ? {} : { inject }),
  });
  const answer = await worker.run(task);
  const calls = await tracing.stop();
  // The runtime closes this and that in threads of its own; a change begins with a look at the file.
  const ours = calls.find(({ name }) => name === "statx")?.thread;
  return { answer, calls: calls.filter(({ thread }) => thread === ours) };
}

async function judge(place: string, answer: WorkerAnswer, after: Record<string, string>): Promise<void> {
  const lying = await contents();
  expect([BEFORE, after], place).toContainEqual(lying);
  if (answer.status === 200) expect(lying, place).toEqual(after);
  else {
    expect([500, 503, 507], `${place}: ${answer.error}`).toContain(answer.status);
    expect(answer.error).not.toContain(storage.path);
  }
  // Whoever reads a file again where it is told to, and only there, has what lies on the disk.
  const kept: Record<string, string> = { ...BEFORE };
  for (const [file, kind] of Object.entries(answer.told)) {
    const name = file.slice("default/1/".length);
    if (kind === "removed") delete kept[name];
    else kept[name] = lying[name] ?? "told, but not there";
  }
  expect(kept, place).toEqual(lying);
}

/** Files of the deployment with their content. */
async function contents(): Promise<Record<string, string>> {
  const files = (await storage.list()).filter((file) => file.startsWith("default/1/"));
  expect(files.filter(isTemporaryName)).toEqual([]);
  const texts = await Promise.all(files.map((file) => Bun.file(join(storage.path, file)).text()));
  return Object.fromEntries(
    files.map((file, index) => [file.slice("default/1/".length), texts[index] ?? ""]),
  );
}
