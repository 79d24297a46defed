import { expect, test } from "bun:test";
import { join } from "node:path";
import type { CommandResult } from "../../../src/packages/command.ts";
import { Installer, type InstallerOptions } from "../../../src/packages/installer.ts";
import { PackageResolver } from "../../../src/packages/resolver.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";

const DONE: CommandResult = { kind: "exited", exitCode: 0, output: "" };
const ABSENT: CommandResult = { kind: "exited", exitCode: 1, output: "error: GET http://r/x - 404" };

/** An installer over a directory whose package manager is a function of the test. */
function installerOver(
  root: TempDir,
  run: InstallerOptions["command"]["run"],
  options: Partial<InstallerOptions> = {},
): Installer {
  return new Installer({
    root: root.path,
    packages: new PackageResolver({ root: root.path }),
    command: { run },
    clock: new FakeClock(),
    events: { emit: () => undefined },
    log: { info: () => undefined, warn: () => undefined },
    timeoutMs: 1_000,
    queueMax: 10,
    ...options,
  });
}

const place = (root: TempDir, name: string) =>
  root.write({ [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.2.3" }) });

test("a package is listed once it is there, and locked once it is listed", async () => {
  await using root = await tempDir();
  const seen: unknown[] = [];
  await using installer = installerOver(root, async (args) => {
    const { dependencies } = await Bun.file(join(root.path, "package.json")).json();
    seen.push([args.join(" "), dependencies ?? null]);
    if (args[0] === "add") await place(root, "pad");
    return DONE;
  });
  expect(await installer.install("pad")).toEqual({ kind: "installed", name: "pad", version: "1.2.3" });
  expect(seen).toEqual([
    ["add pad --no-save", null],
    ["install", { pad: "^1.2.3" }],
  ]);
});

test("one that is listed already is installed as it is listed", async () => {
  await using root = await tempDir();
  await root.write({ "package.json": '{ "devDependencies": { "pad": "1.2.3" } }' });
  const runs: string[] = [];
  await using installer = installerOver(root, async (args) => {
    runs.push(args.join(" "));
    await place(root, "pad");
    return DONE;
  });
  expect(await installer.install("pad")).toMatchObject({ kind: "installed" });
  expect(runs).toEqual(["install"]);
  expect(await installer.install("pad")).toMatchObject({ kind: "already-installed", version: "1.2.3" });
  expect(runs).toEqual(["install"]);
});

test("a package manager that says all is well and installs nothing has failed", async () => {
  await using root = await tempDir();
  await using installer = installerOver(root, async () => DONE);
  expect(await installer.install("pad")).toEqual({
    kind: "failed",
    name: "pad",
    reason: "the package manager ended without installing it",
  });
});

test("a failure is remembered for 5 s, then twice as long each time, at most for 5 min", async () => {
  await using root = await tempDir();
  const clock = new FakeClock();
  let runs = 0;
  await using installer = installerOver(
    root,
    async () => {
      runs++;
      return ABSENT;
    },
    { clock },
  );
  for (const waitMs of [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
    await installer.ensure("x");
    const before = runs;
    clock.advance(waitMs - 1);
    expect(await installer.ensure("x")).toMatchObject({ reason: "the registry has no such package" });
    expect(runs).toBe(before);
    clock.advance(1);
  }
  expect(runs).toBe(8);
});

test("saving a script, package.json or .npmrc lets it be tried again at once; other files and its own writes do not", async () => {
  await using root = await tempDir();
  let runs = 0;
  await using installer = installerOver(root, async () => {
    runs++;
    return ABSENT;
  });
  const runsAfter = async (file: string) => {
    const before = runs;
    installer.noteChange(file);
    await installer.ensure("x");
    return runs - before;
  };
  await installer.ensure("x");
  expect(await runsAfter("package.json")).toBe(0);
  expect(await runsAfter("default/1/data.json")).toBe(0);
  expect(await runsAfter("default/1/package.json")).toBe(0);
  expect(await runsAfter("default/1/a.ts")).toBe(1);
  expect(await runsAfter(".npmrc")).toBe(1);
  await root.write({ "package.json": "{}" });
  expect(await runsAfter("package.json")).toBe(1);
});

test("its end ends the install that runs, and refuses those that wait and come", async () => {
  await using root = await tempDir();
  const started = Promise.withResolvers<void>();
  const installer = installerOver(root, (_args, { signal }) => {
    started.resolve();
    return new Promise((resolve) =>
      signal.addEventListener("abort", () => resolve({ kind: "stopped" }), { once: true }),
    );
  });
  const asked = [installer.install("a"), installer.install("b")];
  await started.promise;
  await installer[Symbol.asyncDispose]();
  for (const outcome of [...(await Promise.all(asked)), await installer.install("c")]) {
    expect(outcome).toMatchObject({ kind: "failed", reason: "the server is shutting down" });
  }
  expect(await root.list()).toEqual([]);
});

test("names that are none are never handed to the package manager", async () => {
  await using root = await tempDir();
  await using installer = installerOver(root, () => Promise.reject(new Error("was run")));
  for (const name of ["-g", "a@1", "a/b", "../a", "file:x", "hoody-sdk", "@hoody-ai/hoody-sdk"]) {
    expect(await installer.install(name)).toMatchObject({ kind: "failed", name });
  }
});
