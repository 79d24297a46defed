import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import type { ServerEvent } from "../../../src/events/bus.ts";
import { type NpmRegistry, npmRegistry } from "../../support/npm-registry.ts";
import { type PackageApp, type PackageAppOptions, packageApp } from "../../support/package-app.ts";
import { until } from "../../support/until.ts";

const PATH = "/api/v1/exec/package/install";

let registry: NpmRegistry;
beforeAll(async () => {
  registry = await npmRegistry(
    { name: "pad", version: "1.2.3", files: { "index.js": "module.exports = 'pad';" } },
    { name: "kit", files: { "index.js": "" }, manifest: { dependencies: { pad: "^1.0.0" } } },
    { name: "half", files: { "index.js": "" }, manifest: { dependencies: { nowhere: "1", pad: "1" } } },
    { name: "silent", files: { "index.js": "" } },
  );
  registry.trouble("silent", "silent");
});
afterAll(() => registry[Symbol.asyncDispose]());

const app = (options: Partial<PackageAppOptions> = {}) => packageApp(registry, { scripts: {}, ...options });

/** Asks for an install and waits for its event. */
async function installed(live: PackageApp, body: unknown) {
  using events = live.services.events.subscribe();
  const answer = await live.call("POST", PATH, body);
  const { value } = await events[Symbol.asyncIterator]().next();
  return { answer, event: value as ServerEvent };
}

const exists = (live: PackageApp, path: string) => existsSync(join(live.scripts.path, path));

describe("package.install", () => {
  test("answers at once; log and event tell the end under the id of the request", async () => {
    const lines: string[] = [];
    const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
    await using live = await app({ log });
    const release = registry.hold("pad");
    using events = live.services.events.subscribe();
    const answer = await live.call("POST", PATH, { packages: ["pad"] });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      status: "installing",
      command: "bun add pad",
      message: expect.any(String),
    });
    expect(exists(live, "node_modules/pad")).toBe(false);
    release();
    const { value } = await events[Symbol.asyncIterator]().next();
    expect(value).toMatchObject({
      type: "system.packages_installed",
      channel: "system",
      payload: { packages: ["pad"], ok: true },
      correlation_id: answer.headers.get("x-request-id"),
    });
    expect((await live.manifest()).dependencies).toEqual({ pad: "^1.2.3" });
    const told = lines.map((line) => JSON.parse(line).msg);
    expect(told.filter((text) => /nstall/.test(text))).toEqual([
      "Install begins",
      "Package installed",
      "Install ended",
    ]);
  });

  test.each<[object, string, object]>([
    [{ packages: ["pad@^1"] }, "bun add pad@^1", { dependencies: { pad: "^1" } }],
    [{ packages: ["pad@latest"] }, "bun add pad@latest", { dependencies: { pad: "^1.2.3" } }],
    [{ packages: ["pad@>=1 <2"] }, "bun add 'pad@>=1 <2'", { dependencies: { pad: ">=1 <2" } }],
    [{ packages: ["pad"], dev: true }, "bun add pad --dev", { devDependencies: { pad: "^1.2.3" } }],
    [{ packages: ["pad"], save: false, force: true }, "bun add pad --no-save --force", {}],
  ])("%j does what its command says", async (body, command, listed) => {
    await using live = await app({ files: { "package.json": "{}" } });
    const { answer, event } = await installed(live, body);
    expect([answer.status, answer.body.command]).toEqual([202, command]);
    expect(event.payload).toMatchObject({ ok: true });
    expect(await live.manifest()).toEqual(listed);
    expect(exists(live, "node_modules/pad/package.json")).toBe(true);
  });

  test("without names all that is listed is installed, and what is not listed any more goes", async () => {
    await using live = await app({ files: { "package.json": '{ "dependencies": { "kit": "1" } }' } });
    const { answer, event } = await installed(live, {});
    expect([answer.status, answer.body.command]).toEqual([202, "bun install"]);
    expect(event.payload).toEqual({ packages: ["kit"], ok: true });
    expect([exists(live, "node_modules/kit"), exists(live, "node_modules/pad")]).toEqual([true, true]);
    await live.call("POST", "/api/v1/exec/package/update", { remove: "kit", dependencies: { pad: "1" } });
    expect((await live.call("POST", "/api/v1/exec/package/compare")).body.extra).toEqual(["kit"]);
    await installed(live, {});
    expect([exists(live, "node_modules/kit"), exists(live, "node_modules/pad")]).toEqual([false, true]);
    expect((await live.call("POST", "/api/v1/exec/package/compare")).body).toMatchObject({
      extra: [],
      upToDate: true,
    });
  });

  test("moves a package between groups and versions, and pin and compare agree with it", async () => {
    await registry.offer({ name: "many", version: "2.0.0", files: { "index.js": "module.exports = 2" } });
    await using live = await app({ files: { "package.json": '{ "dependencies": { "many": "^1.0.0" } }' } });
    const { event } = await installed(live, { packages: ["many@^2"], dev: true });
    expect(event.payload).toMatchObject({ ok: true });
    expect(await live.manifest()).toEqual({ dependencies: {}, devDependencies: { many: "^2" } });
    const { body } = await live.call("POST", "/api/v1/exec/package/pin");
    expect(body.pinned).toEqual(["many: ^2 → 2.0.0"]);
    expect((await live.call("GET", "/api/v1/exec/package/compare")).body.upToDate).toBe(true);
  });

  test("a failure says which package and why, and leaves everything as it was", async () => {
    const files = { "package.json": '{ "dependencies": { "pad": "1" } }' };
    await using live = await app({ files });
    await installed(live, {});
    const before = [await live.scripts.list(), await live.read("package.json"), await live.read("bun.lock")];
    const { event } = await installed(live, { packages: ["nowhere@2", "half"] });
    expect(event.payload).toEqual({
      packages: ["nowhere@2", "half"],
      ok: false,
      failures: [
        { package: "nowhere@2", reason: "the registry has no such package" },
        { package: "half", reason: 'the registry has no "nowhere", which has to be installed with it' },
      ],
    });
    const after = [await live.scripts.list(), await live.read("package.json"), await live.read("bun.lock")];
    expect(after).toEqual(before);
    await live.call("POST", "/api/v1/exec/package/update", { dependencies: { nowhere: "1" } });
    const all = await installed(live, {});
    expect(all.event.payload).toEqual({
      packages: ["nowhere", "pad"],
      ok: false,
      failures: [{ package: "package.json", reason: 'the registry has no "nowhere"' }],
    });
    expect(exists(live, "node_modules/pad/index.js")).toBe(true);
  });

  test("when too many wait it is 503, and nothing begins", async () => {
    await using live = await app({ flags: ["--install-queue-max", "0"], files: { "package.json": "{}" } });
    expect((await live.call("POST", PATH, { packages: ["silent"] })).status).toBe(202);
    await until(
      () => registry.waiting(),
      (waiting) => waiting > 0,
    );
    for (const body of [{ packages: ["pad"] }, {}]) {
      expect((await live.call("POST", PATH, body)).body.code).toBe("ERROR_503");
    }
    expect(live.services.installer.refused).toBe(2);
  });

  test.each<[unknown, string]>([
    [{ packages: "pad" }, "packages"],
    [{ packages: [5] }, "packages.0"],
    [{ packages: ["pad", "-g"] }, "packages.1"],
    [{ packages: ["pad@file:../x"] }, "packages.0"],
    [{ packages: ["--registry=http://127.0.0.1:1/"] }, "packages.0"],
    [{ packages: ["x".repeat(10_240)] }, "packages.0"],
    [{ packages: Array.from({ length: 101 }, () => "pad") }, "packages"],
    [{ packages: ["pad"], dev: 1 }, "dev"],
    [{ packages: ["pad"], save: "no" }, "save"],
    [{ packages: ["pad"], force: null }, "force"],
  ])("%j is refused and nothing begins", async (sent, field) => {
    await using live = await app();
    const { status, body } = await live.call("POST", PATH, sent);
    expect([status, body.code, body.details.field]).toEqual([400, "VALIDATION_ERROR", field]);
    expect(JSON.stringify(body).length).toBeLessThan(1_000);
    expect(await live.scripts.list()).toEqual([".npmrc"]);
  });

  test.each<[string, Record<string, string>, object, number]>([
    ["none, and nothing is named", {}, {}, 404],
    ["broken", { "package.json": "{ oops" }, { packages: ["pad"] }, 409],
  ])("a package.json that is %s", async (_name, files, body, status) => {
    await using live = await app({ files });
    expect((await live.call("POST", PATH, body)).status).toBe(status);
    expect(exists(live, "node_modules")).toBe(false);
  });
});
