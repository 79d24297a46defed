import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { link, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isTemporaryName } from "../../../src/base/atomic-write.ts";
import { isExecError } from "../../../src/errors/exec-error.ts";
import { type ScriptChange, ScriptChanges } from "../../../src/scripts/changes.ts";
import { LeftoverSweep } from "../../../src/scripts/leftover-sweep.ts";
import { ScriptStore } from "../../../src/scripts/store.ts";
import { type Fault, type FaultyFiles, type FileCall, faultyFiles } from "../../support/faulty-files.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";

const OLD = "old ".repeat(3_000);
const NEW = "new ".repeat(5_000);
const MOVED = "moved";

/** What lies below the root before every operation. */
const BEFORE = { "a.js": OLD, "source.js": MOVED };

/** TABLE: every change a caller can ask for; `after` is what lies there when it has been made. */
const OPERATIONS: readonly {
  readonly name: string;
  /** Whether a content is written; else only names change. */
  readonly writes: boolean;
  readonly run: (store: ScriptStore) => Promise<unknown>;
  readonly after: Readonly<Record<string, string>>;
}[] = [
  {
    name: "overwrite",
    writes: true,
    run: (store) => store.write("a.js", NEW, { createDirs: true }),
    after: { ...BEFORE, "a.js": NEW },
  },
  {
    name: "new file in new directories",
    writes: true,
    run: (store) => store.write("x/y/z.js", NEW, { createDirs: true }),
    after: { ...BEFORE, "x/y/z.js": NEW },
  },
  {
    name: "edit",
    writes: true,
    run: (store) => store.edit("a.js", () => ({ source: NEW })),
    after: { ...BEFORE, "a.js": NEW },
  },
  {
    name: "delete",
    writes: false,
    run: (store) => store.delete("a.js"),
    after: { "source.js": MOVED },
  },
  {
    name: "move over another",
    writes: false,
    run: (store) => store.move("source.js", "a.js", { overwrite: true }),
    after: { "a.js": MOVED },
  },
  {
    name: "move into a new directory",
    writes: false,
    run: (store) => store.move("source.js", "x/b.js", { overwrite: false }),
    after: { "a.js": OLD, "x/b.js": MOVED },
  },
];

/** TABLE: code of the system → what a caller is answered when it is not overcome. */
const CODES = {
  EIO: "storageFailed",
  EACCES: "storageFailed",
  EROFS: "storageFailed",
  EINTR: "storageFailed",
  EINVAL: "storageFailed",
  ENOSPC: "storageFull",
  EDQUOT: "storageFull",
  EMFILE: "storageBusy",
} as const;

describe.each(OPERATIONS)("$name", ({ run, after }) => {
  test.each(Object.entries(CODES))(
    "%s at any call leaves the old or the new, and says so",
    async (code, kind) => {
      await atEveryCall(run, { kind: "error", code }, ({ error, lying }) => {
        expect([BEFORE, after]).toContainEqual(lying);
        if (error === null) expect(lying).toEqual(after);
        else expect(error.kind).toBe(kind);
      });
    },
  );

  test("a call that fails although it was carried out leaves memory and disk at one", async () => {
    await atEveryCall(run, { kind: "error", code: "EIO", late: true }, ({ error, lying }) => {
      expect([BEFORE, after]).toContainEqual(lying);
      if (error === null) expect(lying).toEqual(after);
    });
  });
});

test.each(OPERATIONS.filter(({ writes }) => writes))(
  "$name: a disk that takes one byte, or a few, is asked again until it has all",
  async ({ run, after }) => {
    for (const bytes of [1, 4_095]) {
      const { error, lying, faultAt } = await underFaults(run, ({ index, name }) =>
        name === "file.write" && index < 40 ? { kind: "short", bytes } : null,
      );
      expect({ error, lying, faultAt }).toEqual({ error: null, lying: after, faultAt: "file.write" });
    }
  },
);

describe("a write", () => {
  const overwrite = (store: ScriptStore) => store.write("a.js", NEW, { createDirs: true });

  test("ends with an error where the disk takes nothing for ever", async () => {
    const { error, lying } = await underFaults(overwrite, () => ({ kind: "short", bytes: 0 }));
    expect({ kind: error?.kind, lying }).toEqual({ kind: "storageFailed", lying: BEFORE });
  });

  test("is not believed to a disk that has lost what it said to have taken", async () => {
    const { error, lying } = await underFaults(overwrite, () => ({ kind: "lost" }));
    expect({ kind: error?.kind, lying }).toEqual({ kind: "storageFailed", lying: BEFORE });
  });

  test("ends with an error where every call is interrupted for ever", async () => {
    const { error, lying } = await underFaults(overwrite, () => ({ kind: "error", code: "EINTR" }));
    expect({ kind: error?.kind, lying }).toEqual({ kind: "storageFailed", lying: BEFORE });
  });

  test("is made although a call is interrupted now and then", async () => {
    const isRepeated = (name: string) =>
      ["file.write", "file.sync", "file.chmod", "file.stat"].includes(name);
    const { error, lying } = await underFaults(overwrite, ({ index, name }) =>
      isRepeated(name) && index % 2 === 0 ? { kind: "error", code: "EINTR" } : null,
    );
    expect({ error, lying }).toEqual({ error: null, lying: { ...BEFORE, "a.js": NEW } });
  });

  test("only a failed last flush answers an error and leaves the new content", async () => {
    const failed: string[] = [];
    await atEveryCall(overwrite, { kind: "error", code: "EIO" }, ({ error, lying, faultAt }) => {
      if (error !== null && lying["a.js"] === NEW) failed.push(faultAt);
    });
    expect(failed).toEqual(["file.sync"]);
  });

  test("a file system that cannot flush directories still stores scripts", async () => {
    let flushes = 0;
    const { error } = await underFaults(overwrite, ({ name }) =>
      name === "file.sync" && ++flushes > 1 ? { kind: "error", code: "EINVAL" } : null,
    );
    expect(error).toBeNull();
  });

  test("a temporary file that cannot even be removed is not listed, and swept away later", async () => {
    await using directory = await tempDir();
    await directory.write(BEFORE);
    await mkdir(join(directory.path, "default/1"), { recursive: true });
    const store = new ScriptStore({
      root: directory.path,
      changes: new ScriptChanges(),
      files: faultyFiles(({ name }) =>
        name === "file.sync" || name === "unlink" ? { kind: "error", code: "EIO" } : null,
      ),
    });
    await expect(overwrite(store)).rejects.toMatchObject({ kind: "storageFailed" });
    expect((await directory.list()).filter(isTemporaryName)).toHaveLength(1);
    expect((await store.list("", { recursive: true })).map(({ path }) => path)).toEqual(Object.keys(BEFORE));

    using stop = stopping();
    const log = { info: () => undefined, warn: () => undefined };
    void new LeftoverSweep({ root: directory.path, log, delayMs: 0, abandonedMs: 0 }).run(stop.signal);
    await until(
      () => directory.list(),
      (files) => !files.some(isTemporaryName),
    );
    expect(await directory.list()).toEqual(Object.keys(BEFORE));
  });
});

describe("a move", () => {
  test("between two names of one file takes the old name away", async () => {
    await using directory = await tempDir();
    await directory.write({ "a.js": "1" });
    await link(join(directory.path, "a.js"), join(directory.path, "b.js"));
    const changes = new ScriptChanges();
    const store = new ScriptStore({ root: directory.path, changes });
    await store.move("a.js", "b.js", { overwrite: true });
    expect(await directory.list()).toEqual(["b.js"]);
    await store.move("b.js", "b.js", { overwrite: true });
    expect(await directory.list()).toEqual(["b.js"]);
  });

  test("flushes the content before it takes another's place, and the new name before the old one", async () => {
    const { files } = await underFaults(
      (store) => store.move("source.js", "x/a.js", { overwrite: true }),
      () => null,
    );
    const order = files.calls
      .map(({ name }) => name)
      .filter((name) => name === "file.sync" || name === "rename");
    // The directory x, the content; the directory x and the root.
    expect(order).toEqual(["file.sync", "file.sync", "rename", "file.sync", "file.sync"]);
  });
});

test("a directory that a first writer makes is flushed before a second one relies on it", async () => {
  await using directory = await tempDir();
  const order: string[] = [];
  const files = faultyFiles(({ name }) => {
    order.push(name);
    return null;
  });
  const store = new ScriptStore({ root: directory.path, changes: new ScriptChanges(), files });
  await store.write("first.js", "", { createDirs: true });
  order.length = 0;
  await Promise.all([
    store.write("x/a.js", "", { createDirs: true }),
    store.write("x/b.js", "", { createDirs: true }),
  ]);
  expect(order.filter((name) => name === "mkdir")).toHaveLength(1);
  // Nothing is renamed into the new directory before the flush that follows its making.
  expect(order.indexOf("file.sync")).toBeGreaterThan(order.indexOf("mkdir"));
  expect(order.indexOf("rename")).toBeGreaterThan(order.indexOf("file.sync"));
});

/** What became of an operation. */
interface Outcome {
  /** Null when it was answered with success. */
  readonly error: { readonly kind: string; readonly message: string } | null;
  /** Files below the root, with their content. */
  readonly lying: Readonly<Record<string, string>>;
  /** Name of the first call that failed; "" for none. */
  readonly faultAt: string;
  readonly files: FaultyFiles;
}

/** Runs the operation again and again, each time with the fault one call later, until it meets none. */
async function atEveryCall(
  run: (store: ScriptStore) => Promise<unknown>,
  fault: Fault,
  judge: (outcome: Outcome) => void,
): Promise<void> {
  for (let at = 0; ; at++) {
    const outcome = await underFaults(run, ({ index }) => (index === at ? fault : null));
    judge(outcome);
    if (outcome.files.calls.length <= at) return;
  }
}

/** One operation over a fresh directory; whatever it does, what must hold after every fault is looked at here. */
async function underFaults(
  run: (store: ScriptStore) => Promise<unknown>,
  choose: (call: FileCall) => Fault | null,
): Promise<Outcome> {
  await using directory = await tempDir();
  await directory.write(BEFORE);
  await mkdir(join(directory.path, "default/1"), { recursive: true });
  let faultAt = "";
  const files = faultyFiles((call) => {
    const fault = choose(call);
    if (fault !== null && faultAt === "") faultAt = call.name;
    return fault;
  });
  const changes = new ScriptChanges();
  const store = new ScriptStore({ root: directory.path, changes, files });
  const kept = keepInMemory(directory, changes);

  const error = await run(store).then(
    () => null,
    (thrown) => thrown,
  );
  const lying = await contentsOf(directory);
  expect(kept).toEqual(lying);
  expect(files.openCount).toBe(0);
  if (error !== null) {
    expect(isExecError(error)).toBe(true);
    expect(error.status).toBeGreaterThanOrEqual(500);
    expect(error.message + JSON.stringify(error.details)).not.toMatch(/\/srv|\/tmp/);
  }
  return { error, lying, faultAt, files };
}

/** Contents as a cache over the changes would serve them: read again only where one is told. */
function keepInMemory(directory: TempDir, changes: ScriptChanges): Record<string, string> {
  const kept: Record<string, string> = { ...BEFORE };
  changes.subscribe((change: ScriptChange) => {
    if (change.kind === "reset") throw new Error("The store never tells a reset");
    if (change.kind === "removed") delete kept[change.file];
    else kept[change.file] = readFileSync(join(directory.path, change.file), "utf8");
  });
  return kept;
}

async function contentsOf(directory: TempDir): Promise<Record<string, string>> {
  const files = await directory.list();
  return Object.fromEntries(
    files.map((file) => [file, readFileSync(join(directory.path, file), "utf8")] as const),
  );
}

function stopping(): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController();
  return { signal: stop.signal, [Symbol.dispose]: () => stop.abort() };
}
