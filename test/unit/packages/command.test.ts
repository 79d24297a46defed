import { expect, test } from "bun:test";
import { BunCommand, toCommandEnvironment } from "../../../src/packages/command.ts";
import { npmRegistry } from "../../support/npm-registry.ts";
import { commandEnvironment } from "../../support/package-app.ts";
import { processesIn } from "../../support/processes.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";

const NEVER = new AbortController().signal;

test("the command is told where programs, caches, proxies and registries are, and nothing else of the server", () => {
  const told = {
    PATH: "/bin",
    HOME: "/home/x",
    https_proxy: "http://proxy",
    npm_config_registry: "http://registry/",
    BUN_CONFIG_TOKEN: "t",
    NPM_TOKEN: "n",
  };
  const kept = {
    EXEC_API_TOKEN: "secret",
    DATABASE_URL: "x",
    AWS_SECRET_ACCESS_KEY: "y",
    PATHS: "z",
    CI: "1",
  };
  expect(toCommandEnvironment({ ...told, ...kept })).toEqual({
    ...told,
    BUN_BE_BUN: "1",
    BUN_FEATURE_FLAG_NO_ORPHANS: "1",
    NO_COLOR: "1",
  });
});

test("what it prints and its exit code come back", async () => {
  await using directory = await tempDir();
  await directory.write({ "package.json": "{ oops" });
  const command = new BunCommand({
    directory: directory.path,
    environment: commandEnvironment(directory.path),
  });
  const result = await command.run(["install"], { timeoutMs: 10_000, signal: NEVER });
  expect(result).toMatchObject({
    kind: "exited",
    exitCode: 1,
    output: expect.stringContaining("package.json"),
  });
});

test.each(["timeout", "stopped"] as const)("it ends with everything it started: %s", async (kind) => {
  await using registry = await npmRegistry({ name: "pad" });
  registry.trouble("pad", "silent");
  await using cache = await tempDir();
  await using directory = await tempDir();
  await directory.write({ "package.json": "{}", ".npmrc": registry.npmrc });
  const command = new BunCommand({ directory: directory.path, environment: commandEnvironment(cache.path) });
  const stop = new AbortController();
  const timeoutMs = kind === "timeout" ? 300 : 60_000;
  const result = command.run(["add", "pad"], { timeoutMs, signal: stop.signal });
  await until(
    () => registry.waiting(),
    (waiting) => waiting === 1,
  );
  if (kind === "stopped") stop.abort();
  expect(await result).toEqual({ kind });
  expect(processesIn(directory.path)).toEqual([]);
});

test("nothing is started once it is to stop", async () => {
  const command = new BunCommand({ directory: "/nowhere", environment: {} });
  expect(await command.run(["install"], { timeoutMs: 1, signal: AbortSignal.abort() })).toEqual({
    kind: "stopped",
  });
});
