import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { type NpmRegistry, npmRegistry } from "../../support/npm-registry.ts";
import { packageApp } from "../../support/package-app.ts";
import { until } from "../../support/until.ts";

const PATH = "/api/v1/exec/dependencies/install";

let registry: NpmRegistry;
beforeAll(async () => {
  registry = await npmRegistry(
    { name: "pad", version: "1.2.3", files: { "index.js": "module.exports = 'pad';" } },
    { name: "@team/kit", files: { "index.js": "module.exports = 'kit';" } },
    { name: "silent", files: { "index.js": "" } },
  );
  registry.trouble("silent", "silent");
});
afterAll(() => registry[Symbol.asyncDispose]());

describe("dependencies.install", () => {
  test("installs in sequence, and a script has it with its next request", async () => {
    await using app = await packageApp(registry, {
      scripts: { "a.ts": 'try { return require("pad") } catch (error) { return error.code }' },
      flags: ["--auto-install", "off"],
    });
    expect((await app.ask("/a")).text).toBe("MODULE_NOT_FOUND");
    const { status, body } = await app.call("POST", PATH, { modules: ["pad", "@team/kit@1", "pad"] });
    expect(status).toBe(200);
    expect(body).toEqual({
      total: 2,
      installed: 2,
      failed: 0,
      installedModules: ["pad", "@team/kit@1"],
      failedModules: [],
      details: [
        { module: "pad", status: "installed", version: "1.2.3" },
        { module: "@team/kit@1", status: "installed", version: "1.0.0" },
      ],
    });
    expect((await app.manifest()).dependencies).toEqual({ "@team/kit": "1", pad: "^1.2.3" });
    expect((await app.ask("/a")).text).toBe("pad");
    const again = await app.call("POST", PATH, { modules: "pad,@team/kit" });
    expect(again.body).toMatchObject({ installed: 2, failed: 0 });
    expect(again.body.details.map(({ status }: { status: string }) => status)).toEqual([
      "already-installed",
      "already-installed",
    ]);
    const forced = await app.call("POST", PATH, { modules: ["pad"], force: true });
    expect(forced.body.details).toEqual([{ module: "pad", status: "installed", version: "1.2.3" }]);
    expect((await app.manifest()).dependencies).toEqual({ "@team/kit": "1", pad: "^1.2.3" });
  });

  test("one that fails says why, and keeps no other from being installed", async () => {
    await using app = await packageApp(registry, { scripts: {} });
    using events = app.services.events.subscribe();
    const { status, body } = await app.call("POST", PATH, {
      modules: ["nowhere", "pad@^7", "pad@no", "pad"],
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      total: 4,
      installed: 1,
      failed: 3,
      installedModules: ["pad"],
      failedModules: ["nowhere", "pad@^7", "pad@no"],
      details: [
        { module: "nowhere", status: "failed", reason: "the registry has no such package" },
        { module: "pad@^7", status: "failed", reason: 'the registry has no "pad" of version ^7' },
        { module: "pad@no", status: "failed", reason: 'the registry has no "pad" with the tag no' },
        { module: "pad", status: "installed", version: "1.2.3" },
      ],
    });
    const { value: event } = await events[Symbol.asyncIterator]().next();
    expect(event).toMatchObject({ type: "system.packages_installed", payload: { ok: false } });
    expect(event?.payload).toHaveProperty("failures.length", 3);
  });

  const NASTY = [
    "--registry=http://127.0.0.1:1/",
    "-g",
    "--global",
    "-",
    "--",
    "pad --global",
    "pad;touch ran",
    "$(touch ran)",
    "`touch ran`",
    "pad && touch ran",
    "pad|cat",
    "../x",
    "./x",
    "/etc/passwd",
    "~/x",
    "file:../x",
    "link:../x",
    "workspace:*",
    "git+ssh://git@127.0.0.1/x.git",
    "github:a/b",
    "a/b",
    "https://127.0.0.1/x.tgz",
    "pad@https://127.0.0.1/x.tgz",
    "pad@file:../x",
    "pad@../x",
    "pad@x.tgz",
    "pad@1.0.0-x.tgz",
    "pad@npm:other@1",
    "pad@git+ssh://git@127.0.0.1/x.git",
    "pad@a/b",
    "pad@",
    "pad@1; touch ran",
    "pad\u0000",
    "pad@1\u0000",
    "pad\n--global",
    "node_modules",
    "__proto__",
    "fs",
    "hoody-sdk",
    "x".repeat(10_240),
    `pad@${"1 ".repeat(5_120)}`,
  ];

  test("what is no package of the registry is rejected before anything is run", async () => {
    await using app = await packageApp(registry, { scripts: {} });
    const asked = registry.asked().length;
    const { status, body } = await app.call("POST", PATH, { modules: NASTY });
    expect(status).toBe(200);
    expect(body.details.map((each: { status: string }) => each.status)).toEqual(NASTY.map(() => "rejected"));
    expect(body.failedModules).toHaveLength(NASTY.length);
    expect(registry.asked().length).toBe(asked);
    expect(await app.scripts.list()).toEqual([".npmrc"]);
  });

  test.each<[string, unknown]>([
    ["an empty text", ["", "pad"]],
    ["nothing but blanks", [" \t ", "pad"]],
    ["a comma too many", ",pad"],
  ])("%s is rejected and keeps no other from being installed", async (_name, modules) => {
    await using app = await packageApp(registry, { scripts: {} });
    const { status, body } = await app.call("POST", PATH, { modules });
    expect(status).toBe(200);
    expect(body).toEqual({
      total: 2,
      installed: 1,
      failed: 1,
      installedModules: ["pad"],
      failedModules: [""],
      details: [
        { module: "", status: "rejected", reason: "that is not the name of a package" },
        { module: "pad", status: "installed", version: "1.2.3" },
      ],
    });
  });

  test.each<[unknown, string, string]>([
    [{}, "modules (string or array) is required", "modules"],
    [{ modules: null }, "modules (string or array) is required", "modules"],
    [{ modules: 5 }, "modules (string or array) is required", "modules"],
    [{ modules: [] }, "modules (string or array) is required", "modules"],
    [{ modules: "" }, "modules (string or array) is required", "modules"],
    [{ modules: [["pad"]] }, "Invalid request body", "modules.0"],
    [{ modules: "  " }, "modules (string or array) is required", "modules"],
    [{ modules: ["pad", null] }, "Invalid request body", "modules.1"],
    [{ modules: "pad", force: "yes" }, "Invalid request body", "force"],
  ])("%j is refused and installs nothing", async (sent, error, field) => {
    await using app = await packageApp(registry, { scripts: {} });
    const { status, body } = await app.call("POST", PATH, sent);
    expect([status, body.code, body.error]).toEqual([400, "VALIDATION_ERROR", error]);
    expect(body.details.field).toBe(field);
    expect(await app.scripts.list()).toEqual([".npmrc"]);
  });

  test("past --registry-timeout it fails and leaves nothing", async () => {
    await using app = await packageApp(registry, { scripts: {}, flags: ["--registry-timeout", "300ms"] });
    const { body } = await app.call("POST", PATH, { modules: "silent" });
    expect(body.details).toEqual([
      {
        module: "silent",
        status: "failed",
        reason: "it took longer than 300 ms, the limit of --registry-timeout",
      },
    ]);
    expect(await app.scripts.list()).toEqual([".npmrc"]);
  });

  test("when too many wait it is 503, and counted", async () => {
    await using app = await packageApp(registry, { scripts: {}, flags: ["--install-queue-max", "0"] });
    const running = app.call("POST", PATH, { modules: "silent" });
    await until(
      () => registry.waiting(),
      (waiting) => waiting > 0,
    );
    const { status, body } = await app.call("POST", PATH, { modules: "pad" });
    expect([status, body.code, body.error]).toEqual([
      503,
      "ERROR_503",
      "Too many packages are waiting to be installed",
    ]);
    expect(app.services.installer.refused).toBe(1);
    await app.services.installer[Symbol.asyncDispose]();
    expect((await running).body.details[0].reason).toBe("the server is shutting down");
  });

  test.each<[string, string, RegExp]>([
    ["broken", "{ oops", /package\.json cannot be used: it does not parse/],
    ["no object", "[]", /package\.json cannot be used: it holds no object/],
  ])("a package.json that is %s is the reason, and left alone", async (_name, text, reason) => {
    await using app = await packageApp(registry, { scripts: {}, files: { "package.json": text } });
    const { body } = await app.call("POST", PATH, { modules: "pad" });
    expect(body.details[0]).toMatchObject({ status: "failed", reason: expect.stringMatching(reason) });
    expect(await app.read("package.json")).toBe(text);
    expect(existsSync(join(app.scripts.path, "node_modules/pad"))).toBe(false);
  });

  test("a registry's credentials stand in no answer, event or log", async () => {
    const lines: string[] = [];
    const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
    const url = registry.url.replace("://", "://user:hunter2@");
    const files = { ".npmrc": `registry=${url}\n//${new URL(url).host}/:_authToken=s3cr3t\n` };
    await using app = await packageApp(registry, { scripts: {}, files, log });
    using events = app.services.events.subscribe();
    const { body } = await app.call("POST", PATH, { modules: ["nowhere", "silent-not", "pad"] });
    expect(body.failed).toBe(2);
    const { value } = await events[Symbol.asyncIterator]().next();
    const told = JSON.stringify([body, value, lines]);
    expect(lines.length).toBeGreaterThan(2);
    for (const secret of ["hunter2", "s3cr3t"]) expect(told).not.toContain(secret);
  });
});
