import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { npmRegistry } from "../support/npm-registry.ts";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { processesIn } from "../support/processes.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

const PUBLIC_REGISTRY = "https://registry.npmjs.org/";

/** Starts a server whose scripts root names a registry, and whose package manager has a cache of its own. */
async function startWith(registry: { readonly npmrc: string } | null, source: string, cache: string) {
  const files = { "default/1/a.ts": source, ...(registry === null ? {} : { ".npmrc": registry.npmrc }) };
  const flags = ["--drain-timeout", "200ms"];
  return await startProcess({ files, flags, env: { EXEC_AUTO_INSTALL: "on", BUN_INSTALL_CACHE_DIR: cache } });
}

const rootOf = (server: ServerProcess) => join(server.storage.path, "scripts");

test("the first request of a new server is answered with a package from its registry", async () => {
  await using registry = await npmRegistry({ name: "pad", files: { "index.js": "module.exports = 'pad';" } });
  await using cache = await tempDir();
  await using server = await startWith(registry, 'return require("pad")', cache.path);
  expect(await (await server.fetch("/a")).text()).toBe("pad");
  expect(server.output()).toContain("Package installed");
  expect(processesIn(rootOf(server))).toEqual([]);
});

describe.each<[NodeJS.Signals]>([["SIGTERM"], ["SIGKILL"]])("%s during an install", (signal) => {
  test.each(["silent", "stuck tarball"] as const)(
    "leaves no process and no half of anything: %s",
    async (trouble) => {
      await using registry = await npmRegistry(
        { name: "pad", files: { "index.js": "module.exports = 'pad';" } },
        {
          name: "slow",
          files: { "index.js": "module.exports = 'slow';" },
          manifest: { dependencies: { pad: "1" } },
        },
      );
      registry.trouble("slow", trouble);
      await using cache = await tempDir();
      const manifest = '{ "name": "mine" }';
      await using server = await startWith(registry, 'return require("slow")', cache.path);
      await Bun.write(join(rootOf(server), "package.json"), manifest);
      const call = server.fetch("/a").catch(() => null);
      await until(
        () => registry.asked().length,
        (asked) => asked > 0,
      );
      const children = processesIn(rootOf(server));
      expect(children).toHaveLength(1);
      const exitCode = await server.stop(signal);
      if (signal === "SIGTERM") expect(exitCode).toBe(0);
      await call;
      await until(
        () => processesIn(rootOf(server)),
        (left) => left.length === 0,
      );
      expect(await Bun.file(join(rootOf(server), "package.json")).text()).toBe(manifest);
      expect(existsSync(join(rootOf(server), "node_modules/slow"))).toBe(false);
    },
    20_000,
  );
});

test("--auto-install off holds for the runtime, too, wherever the server is started", async () => {
  await using registry = await npmRegistry({ name: "pad", files: { "index.js": "" } });
  await using server = await startProcess({
    files: { "default/1/a.ts": 'return require("pad")' },
    env: { EXEC_AUTO_INSTALL: "off", BUN_CONFIG_REGISTRY: registry.url, NPM_CONFIG_REGISTRY: registry.url },
  });
  const response = await server.fetch("/a");
  expect(response.status).toBe(500);
  expect(await response.text()).toContain("bun add pad");
  expect(registry.asked()).toEqual([]);
});

test.skipIf(!(await isReachable(PUBLIC_REGISTRY)))(
  `a tiny package comes from the registry of this machine (skipped where ${PUBLIC_REGISTRY} cannot be reached)`,
  async () => {
    await using cache = await tempDir();
    await using server = await startWith(
      null,
      'return require("is-number")(metadata.query.n * 1)',
      cache.path,
    );
    expect(await (await server.fetch("/a?n=5")).text()).toBe("true");
    const manifest = await Bun.file(join(rootOf(server), "package.json")).json();
    expect(manifest.dependencies["is-number"]).toMatch(/^\^\d+\.\d+\.\d+$/);
  },
  60_000,
);

async function isReachable(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}is-number`, { method: "HEAD", signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}
