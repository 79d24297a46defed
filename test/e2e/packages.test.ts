import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { npmRegistry } from "../support/npm-registry.ts";
import { type ServerProcess, startProcess, untilReplaced } from "../support/process.ts";
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

/** Asks the control API of a server. */
async function post(server: ServerProcess, path: string, body: unknown) {
  const response = await server.fetch(`/api/v1/exec/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
  return { status: response.status, body: (await response.json()) as any };
}

test("an install in the background goes on after its answer, and the log tells its end", async () => {
  await using registry = await npmRegistry({ name: "pad", files: { "index.js": "module.exports = 'pad';" } });
  await using cache = await tempDir();
  await using server = await startWith(
    registry,
    'try { return require("pad") } catch { return "none" }',
    cache.path,
  );
  const release = registry.hold("pad");
  const { status, body } = await post(server, "package/install", { packages: ["pad", "nowhere"] });
  expect([status, body.command]).toEqual([202, "bun add pad nowhere"]);
  release();
  const log = await until(server.output, (text) => text.includes("Install ended"));
  const ended = JSON.parse(log.split("\n").find((line) => line.includes("Install ended")) ?? "");
  expect(ended).toMatchObject({
    packages: ["pad", "nowhere"],
    ok: false,
    failures: [{ package: "nowhere", reason: "the registry has no such package" }],
  });
  expect(await (await server.fetch("/a")).text()).toBe("pad");
});

test("a server that is killed while it replaces a package leaves the old one, whole", async () => {
  await using registry = await npmRegistry(
    { name: "pad", version: "1.0.0", files: { "index.js": "module.exports = 'old';" } },
    { name: "slow", files: { "index.js": "" } },
  );
  await using cache = await tempDir();
  await using server = await startWith(registry, 'return require("pad")', cache.path);
  await post(server, "dependencies/install", { modules: ["pad@^1"] });
  const root = rootOf(server);
  const before = await Bun.file(join(root, "package.json")).text();
  await registry.offer({
    name: "pad",
    version: "2.0.0",
    files: { "index.js": "module.exports = require('slow');" },
    manifest: { dependencies: { slow: "1" } },
  });
  registry.trouble("slow", "stuck tarball");
  await post(server, "package/install", { packages: ["pad@2"], force: true });
  await until(
    () => processesIn(root).length + Number(registry.asked().includes("slow")),
    (seen) => seen === 2,
  );
  // As if the package manager had come further: it replaces files, and never writes into them.
  await rm(join(root, "node_modules/pad/index.js"));
  await Bun.write(join(root, "node_modules/pad/index.js"), "half");
  const killed = await server.serverPid();
  process.kill(killed, "SIGKILL");
  await untilReplaced(server, killed);
  await until(
    () => existsSync(join(root, "node_modules/.hoody-install.json")),
    (hasBegun) => !hasBegun,
  );
  expect(await (await server.fetch("/a")).text()).toBe("old");
  expect(await Bun.file(join(root, "package.json")).text()).toBe(before);
  expect(processesIn(root)).toEqual([]);
  registry.trouble("slow", null);
  const { body } = await post(server, "dependencies/install", { modules: ["pad@2"] });
  expect(body.details).toEqual([{ module: "pad@2", status: "installed", version: "2.0.0" }]);
  expect(existsSync(join(root, "node_modules/.hoody-before"))).toBe(false);
}, 30_000);

test("two servers over one scripts folder install one after the other", async () => {
  const names = ["a", "b", "c", "d"];
  await using registry = await npmRegistry(
    ...names.map((name) => ({ name, files: { "index.js": `module.exports = "${name}";` } })),
  );
  await using cache = await tempDir();
  await using root = await tempDir();
  await root.write({ ".npmrc": registry.npmrc });
  const start = () =>
    startProcess({ flags: ["--scripts-dir", root.path], env: { BUN_INSTALL_CACHE_DIR: cache.path } });
  await using one = await start();
  await using other = await start();
  const release = registry.hold("a");
  const first = post(one, "dependencies/install", { modules: ["a", "b"] });
  await until(
    () => registry.asked(),
    (asked) => asked.includes("a"),
  );
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, processesIn(root.path).length)), 5);
  const second = post(other, "dependencies/install", { modules: ["c", "d"] });
  await until(
    () => other.output(),
    (text) => text.includes("Install begins"),
  );
  expect(registry.asked()).not.toContain("c");
  release();
  const answers = await Promise.all([first, second]);
  clearInterval(watch);
  expect(answers.map(({ body }) => body.failed)).toEqual([0, 0]);
  expect(most).toBe(1);
  const { dependencies } = await Bun.file(join(root.path, "package.json")).json();
  expect(Object.keys(dependencies)).toEqual(names);
}, 30_000);

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
