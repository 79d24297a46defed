import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { FakeClock } from "../support/fake-clock.ts";
import { type NpmRegistry, npmRegistry } from "../support/npm-registry.ts";
import { type PackageAppOptions, packageApp } from "../support/package-app.ts";
import { until } from "../support/until.ts";

let registry: NpmRegistry;

beforeAll(async () => {
  registry = await npmRegistry(
    { name: "pad", version: "1.2.3", files: { "index.js": "module.exports = (s) => '<' + s + '>';" } },
    { name: "sub", files: { "index.js": "", "deep/part.js": "module.exports = 'part';" } },
    {
      name: "@team/kit",
      files: { "index.js": "", "tool.js": "exports.tool = require('pad')('kit');" },
      manifest: { dependencies: { pad: "^1.0.0" } },
    },
    { name: "esm", files: { "index.js": "export const named = 'esm';" }, manifest: { type: "module" } },
    { name: "one", files: { "index.js": "module.exports = 1;" } },
    { name: "two", files: { "index.js": "module.exports = 2;" } },
    { name: "three", files: { "index.js": "module.exports = 3;" } },
    ...["silent", "failing", "unpackable", "forged", "stuck", "late", "repaired"].map((name) => ({
      name,
      files: { "index.js": `module.exports = '${name}';` },
    })),
    { name: "incomplete", files: { "index.js": "" }, manifest: { dependencies: { nowhere: "1" } } },
    { name: "half", files: { "index.js": "" }, manifest: { dependencies: { unpackable: "1", one: "1" } } },
    {
      name: "hostile",
      files: {
        "index.js": "module.exports = 'installed';",
        "run.js": "require('fs').writeFileSync('ran', '')",
      },
      manifest: {
        scripts: Object.fromEntries(
          ["preinstall", "install", "postinstall", "prepare"].map((each) => [each, "touch ran; bun run.js"]),
        ),
      },
    },
  );
  registry.trouble("failing", "failing");
  registry.trouble("unpackable", "broken tarball");
  registry.trouble("forged", "wrong checksum");
  registry.trouble("stuck", "stuck tarball");
  registry.trouble("silent", "silent");
});
afterAll(() => registry[Symbol.asyncDispose]());

const app = (scripts: Record<string, string>, options: Omit<PackageAppOptions, "scripts"> = {}) =>
  packageApp(registry, { scripts, ...options });

describe("a package that is missing is installed on the first run, for", () => {
  test.each<[string, string, string]>([
    ["require", 'return require("pad")("x")', "<x>"],
    ["require inside a handler", 'module.exports = () => require("pad")("x")', "<x>"],
    ["a static import", 'import pad from "pad"; return pad("x")', "<x>"],
    ["a static import of an ES module", 'import { named } from "esm"; return named', "esm"],
    ["import()", 'return (await import("pad")).default("x")', "<x>"],
    [
      "import() of a name made at run time",
      'const name = "p" + "ad"; return (await import(name)).default("x")',
      "<x>",
    ],
    ["a path inside a package", 'return require("sub/deep/part")', "part"],
    [
      "a path inside a package of a scope, with what it depends on",
      'return require("@team/kit/tool").tool',
      "<kit>",
    ],
    ["worker mode", '// @mode worker\nreturn require("pad")("x")', "<x>"],
    ["a fresh context", 'Array.prototype.own = 1; return require("pad")("x")', "<x>"],
  ])("%s", async (_name, source, answer) => {
    await using live = await app({ "a.ts": source });
    const { status, text } = await live.ask("/a");
    expect([status, text]).toEqual([200, answer]);
    expect((await live.ask("/a")).text).toBe(answer);
  });

  test.each<[string, Record<string, string>]>([
    ["a helper that is imported", { "a.ts": 'import { x } from "./_h"; return x' }],
    ["a helper that is required", { "a.ts": 'return require("./_h").x' }],
    ["a helper that is required inside a handler", { "a.ts": 'module.exports = () => require("./_h").x' }],
    ["a helper of a helper", { "a.ts": 'return require("./_far").x', "_far.ts": 'export * from "./_h"' }],
    [
      "a helper whose name is made at run time, by import()",
      { "a.ts": 'const name = "./_" + "h"; return (await import(name)).x' },
    ],
    ["middleware", { "a.ts": "return 1", "pre.ts": 'return require("./_h").x' }],
  ])("%s", async (_name, scripts) => {
    await using live = await app({ ...scripts, "_h.ts": 'export const x = require("pad")("helper");' });
    const { status, text } = await live.ask("/a");
    expect([status, text]).toEqual([200, "<helper>"]);
  });

  test("a helper that begins to need it when it is saved", async () => {
    await using live = await app({ "a.ts": 'return require("./_h").x', "_h.ts": "export const x = 1" });
    expect((await live.ask("/a")).text).toBe("1");
    await live.save({ "default/1/_h.ts": 'export const x = require("pad")("saved")' });
    expect((await live.ask("/a")).text).toBe("<saved>");
  });
});

describe("package.json", () => {
  test("lists what was installed, with its lock file, and what it held stays as it was", async () => {
    const own = `{\n    "name": "mine",\n    "scripts": { "x": "y" },\n    "dependencies": { "two": "1.0.0" }\n}\n`;
    await using live = await app(
      { "a.ts": 'return require("pad")("x")' },
      { files: { "package.json": own } },
    );
    expect((await live.ask("/a")).status).toBe(200);
    expect(await live.read("package.json")).toBe(
      `${JSON.stringify({ name: "mine", scripts: { x: "y" }, dependencies: { pad: "^1.2.3", two: "1.0.0" } }, null, 4)}\n`,
    );
    expect(await live.read("bun.lock")).toContain('"pad@1.2.3"');
  });

  test("a package it lists in an older range is installed in that range", async () => {
    const files = { "package.json": '{ "dependencies": { "versions": "^1.0.0" } }' };
    await registry.offer({
      name: "versions",
      version: "1.5.0",
      files: { "index.js": "module.exports = 15" },
    });
    await using live = await app({ "a.ts": 'return require("versions")' }, { files });
    expect((await live.ask("/a")).text).toBe("15");
    expect(await live.read("package.json")).toBe(files["package.json"]);
  });

  test("is not left behind where nothing could be installed", async () => {
    await using live = await app({ "a.ts": 'return require("not-there")' });
    expect((await live.ask("/a")).status).toBe(500);
    expect(existsSync(join(live.scripts.path, "package.json"))).toBe(false);
  });

  test("that does not parse is named as the reason, and left alone", async () => {
    await using live = await app(
      { "a.ts": 'return require("pad")' },
      { files: { "package.json": "{ oops" } },
    );
    expect((await live.ask("/a")).text).toContain('Cannot install "pad" for "default/1/a.ts": package.json');
    expect(await live.read("package.json")).toBe("{ oops");
  });
});

describe("what is never asked for at the registry", () => {
  test.each<[string, string, number, RegExp]>([
    ["node: modules", 'return require("node:path").sep', 200, /./],
    [
      "modules of the runtime",
      'return require("path").sep + typeof require("bun:sqlite").Database',
      200,
      /./,
    ],
    ["packages that the runtime brings", 'return typeof require("node-fetch").default', 200, /./],
    ["packages that come with the server", 'return typeof require("zod").z.object', 200, /function/],
    [
      "relative files that are not there",
      'return require("./nowhere")',
      500,
      /Cannot find module "\.\/nowhere"/,
    ],
    ["a version in the name", 'return require("pad@1.2.3")', 500, /a version belongs into package\.json/],
    ["a version in the name with a scope", 'return require("@team/kit@1/tool")', 500, /a version belongs/],
    ["an option", 'return require("--registry=http://127.0.0.1")', 500, /Cannot find module/],
    ["a URL", 'return require("http://127.0.0.1/x.tgz")', 500, /Cannot find module/],
    ["a repository", 'return require("github:a/b")', 500, /Cannot find module/],
    ["a file:", 'return require("file:../x")', 500, /Cannot find module/],
    ["a path that climbs", 'return require("x/../../y")', 500, /Cannot/],
    ["a name of more than 214 characters", `return require("${"a".repeat(215)}")`, 500, /Cannot find module/],
    ["node_modules", 'return require("node_modules")', 500, /Cannot find module/],
  ])("%s", async (_name, source, status, text) => {
    await using own = await npmRegistry();
    await using live = await packageApp(own, { scripts: { "a.ts": source } });
    const answer = await live.ask("/a");
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(text)]);
    expect(own.asked().filter((name) => name !== "x")).toEqual([]);
  });

  test("the platform's own client, which the server brings", async () => {
    await using own = await npmRegistry();
    const use = (name: string) => `const { HoodyClient } = require("${name}");
      const client = await new HoodyClient({ baseUrl: "http://exec", fetch: async () => Response.json({ status: "ok" }) }).withContainer("c");
      return { status: (await client.exec.health.check()).status };`;
    await using live = await packageApp(own, {
      scripts: {
        "a.ts": use("@hoody-ai/hoody-sdk"),
        "b.js": `// @mode worker\n${use("hoody-sdk")}`,
        "c.ts":
          'import Client, { ExecApiError } from "@hoody-ai/hoody-sdk"; return [Client.name, ExecApiError.name]',
        "d.ts": 'return require("@hoody-ai/hoody-sdk/deep")',
      },
    });
    expect((await live.ask("/a")).text).toBe('{"status":"ok"}');
    expect((await live.ask("/b")).text).toBe('{"status":"ok"}');
    expect((await live.ask("/c")).text).toBe('["HoodyClient","ExecApiError"]');
    expect(await live.ask("/d")).toMatchObject({
      status: 500,
      text: expect.stringMatching(/Cannot find module/),
    });
    expect(own.asked()).toEqual([]);
  });

  test("what a disabled script needs", async () => {
    await using live = await app({ "a.ts": '// @enabled false\nreturn require("pad")' });
    expect((await live.ask("/a")).status).toBe(404);
    expect(existsSync(join(live.scripts.path, "node_modules/pad"))).toBe(false);
  });

  test("what a script needs whose token the caller does not have", async () => {
    await using live = await app({ "a.ts": '// @token secret\nreturn require("pad")("x")' });
    expect((await live.ask("/a")).status).toBe(401);
    expect(existsSync(join(live.scripts.path, "node_modules/pad"))).toBe(false);
    expect((await live.ask("/a?token=secret")).text).toBe("<x>");
  });
});

describe("an install that fails is answered with 500 and names package and reason:", () => {
  test.each<[string, string, string]>([
    ["no such package", "left-padd", "the registry has no such package"],
    [
      "something it depends on is not there",
      "incomplete",
      'the registry has no "nowhere", which has to be installed with it',
    ],
    ["the registry is out of order", "failing", "the registry answers 500"],
    ["a tarball that is none", "unpackable", 'the tarball of "unpackable" cannot be unpacked'],
    [
      "a tarball with another checksum",
      "forged",
      "a tarball does not have the checksum that the registry names",
    ],
  ])("%s", async (_name, name, reason) => {
    await using live = await app({
      "a.ts": `return require("${name}")`,
      "b.ts": `import x from "${name}"; return x`,
    });
    const message = `Cannot install "${name}" for "default/1/a.ts": ${reason}`;
    const answer = await live.ask("/a", { headers: { accept: "application/json" } });
    expect(answer.status).toBe(500);
    expect(answer.json).toMatchObject({
      error: message,
      code: "ERROR_500",
      details: { script: "default/1/a.ts", line: 1 },
    });
    expect((await live.ask("/a")).text).toStartWith(`VM Error in script 'default/1/a.ts': ${message}\n`);
    const imported = await live.ask("/b");
    expect([imported.status, imported.text]).toEqual([
      500,
      expect.stringContaining(`"default/1/b.ts": ${reason}`),
    ]);
  });

  test("the registry cannot be reached; what its address holds is not told", async () => {
    const files = { ".npmrc": "registry=http://user:secret@127.0.0.1:1/\n" };
    await using live = await app({ "a.ts": 'return require("pad")' }, { files });
    const { status, text } = await live.ask("/a");
    expect([status, text]).toEqual([
      500,
      expect.stringContaining("the registry cannot be reached (ConnectionRefused)"),
    ]);
    expect(text).not.toContain("secret");
    expect(text).not.toContain("127.0.0.1");
  }, 20_000);

  test("it takes too long; node_modules is as it was before", async () => {
    await using live = await app(
      { "a.ts": 'return require("silent")', "b.ts": 'return require("stuck")' },
      { flags: ["--registry-timeout", "300ms"] },
    );
    for (const path of ["/a", "/b"]) {
      expect((await live.ask(path)).text).toContain(
        "it took longer than 300 ms, the limit of --registry-timeout",
      );
    }
    expect((await live.scripts.list()).filter((file) => file.startsWith("node_modules"))).toEqual([]);
  });

  test("a package whose dependency fails is not left behind half installed", async () => {
    await using live = await app({ "a.ts": 'return require("half")', "b.ts": 'return require("pad")("x")' });
    expect((await live.ask("/b")).status).toBe(200);
    expect((await live.ask("/a")).text).toContain('the tarball of "unpackable" cannot be unpacked');
    expect(existsSync(join(live.scripts.path, "node_modules/half"))).toBe(false);
    expect(existsSync(join(live.scripts.path, "node_modules/one"))).toBe(false);
    expect(await live.manifest()).toEqual({ private: true, dependencies: { pad: "^1.2.3" } });
  });

  test("with --auto-install off nothing is installed, and the answer says how to", async () => {
    await using live = await app({ "a.ts": 'return require("pad")' }, { flags: ["--auto-install=off"] });
    const { status, text } = await live.ask("/a");
    expect(status).toBe(500);
    expect(text).toContain('Cannot find module "pad" from "default/1/a.ts": --auto-install is off');
    expect(text).toContain("bun add pad");
    expect(existsSync(join(live.scripts.path, "node_modules/pad"))).toBe(false);
  });

  test("a name made at run time cannot be installed by require, and the answer says what to do", async () => {
    await using live = await app({ "a.ts": 'const name = "p" + "ad"; return require(name)' });
    const { status, text } = await live.ask("/a");
    expect(status).toBe(500);
    expect(text).toContain("require cannot wait for an install");
    expect(text).toContain("await import(name)");
  });
});

describe("a script that can do without a package", () => {
  const OPTIONAL = 'try { return require("left-padd") } catch (error) { return error.code }';

  test("catches the failure where it asks for it", async () => {
    await using live = await app({
      "a.ts": OPTIONAL,
      "b.ts": 'try { return await import("left-padd") } catch (error) { return error.code }',
    });
    expect((await live.ask("/a")).text).toBe("MODULE_NOT_FOUND");
    expect((await live.ask("/b")).text).toBe("MODULE_NOT_FOUND");
  });

  test("does not ask the registry for each request", async () => {
    await using own = await npmRegistry();
    const clock = new FakeClock();
    await using live = await packageApp(own, { scripts: { "a.ts": OPTIONAL }, clock });
    for (let round = 0; round < 5; round++) expect((await live.ask("/a")).text).toBe("MODULE_NOT_FOUND");
    expect(own.asked()).toEqual(["left-padd"]);
  });

  test("has it once the registry does, after a while that doubles", async () => {
    await using own = await npmRegistry();
    const clock = new FakeClock();
    await using live = await packageApp(own, { scripts: { "a.ts": OPTIONAL }, clock });
    await live.ask("/a");
    clock.advance(5_000);
    await live.ask("/a"); // Does not wait for the second try.
    await live.services.installer.ensure("left-padd");
    expect(own.asked()).toHaveLength(2);
    await own.offer({ name: "left-padd", files: { "index.js": "module.exports = 'there'" } });
    clock.advance(9_999);
    await live.ask("/a");
    expect(own.asked()).toHaveLength(2);
    clock.advance(1);
    expect(
      await until(
        async () => (await live.ask("/a")).text,
        (text) => text === "there",
      ),
    ).toBe("there");
  });

  test.each<[string, string]>([
    ["the script", "default/1/a.ts"],
    [".npmrc", ".npmrc"],
  ])("is tried again at once when %s is saved", async (_name, file) => {
    await using own = await npmRegistry();
    await using live = await packageApp(own, { scripts: { "a.ts": OPTIONAL }, clock: new FakeClock() });
    expect((await live.ask("/a")).text).toBe("MODULE_NOT_FOUND");
    await own.offer({ name: "left-padd", files: { "index.js": "module.exports = 'there'" } });
    await live.save({ [file]: `${await live.read(file)}\n` });
    expect((await live.ask("/a")).text).toBe("there");
  });

  test("finds it when somebody installs it by hand", async () => {
    await using live = await app({ "a.ts": OPTIONAL });
    expect((await live.ask("/a")).text).toBe("MODULE_NOT_FOUND");
    await live.scripts.write({
      "node_modules/left-padd/package.json": '{ "name": "left-padd", "version": "1.0.0" }',
      "node_modules/left-padd/index.js": "module.exports = 'by hand'",
    });
    expect((await live.ask("/a")).text).toBe("by hand");
  });
});

describe("waiting", () => {
  test("many first requests of several scripts wait for one install", async () => {
    await using own = await npmRegistry({ name: "shared", files: { "index.js": "module.exports = 's'" } });
    const letGo = own.hold("shared");
    const scripts = { "a.ts": 'return require("shared")', "b.ts": 'import s from "shared"; return s' };
    await using live = await packageApp(own, { scripts });
    const answers = ["/a", "/b", "/a", "/b", "/a"].map((path) => live.ask(path));
    await until(
      () => own.waiting(),
      (waiting) => waiting === 1,
    );
    letGo();
    expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(["s", "s", "s", "s", "s"]);
    expect(own.asked().filter((name) => name === "shared")).toHaveLength(1);
  });

  test("packages are installed one at a time", async () => {
    await using own = await npmRegistry(
      ...["x1", "x2", "x3"].map((name) => ({ name, files: { "index.js": `module.exports = '${name}'` } })),
    );
    const letGo = own.hold("x1");
    const scripts = { "a.ts": 'return require("x1") + require("x2")', "b.ts": 'return require("x3")' };
    await using live = await packageApp(own, { scripts });
    const first = live.ask("/a");
    await until(
      () => own.asked().length,
      (asked) => asked === 1,
    );
    const second = live.ask("/b");
    letGo();
    expect([(await first).text, (await second).text]).toEqual(["x1x2", "x3"]);
    expect((await live.manifest()).dependencies).toEqual({ x1: "^1.0.0", x2: "^1.0.0", x3: "^1.0.0" });
  });

  test("counts for @timeout: the one gets 504, the install goes on, the other its answer", async () => {
    await using own = await npmRegistry({ name: "late", files: { "index.js": "module.exports = 'late'" } });
    const letGo = own.hold("late");
    await using live = await packageApp(own, {
      scripts: { "a.ts": '// @timeout 100ms\nreturn require("late")', "b.ts": 'return require("late")' },
    });
    const patient = live.ask("/b");
    const { status, json, headers } = await live.ask("/a");
    expect(status).toBe(504);
    expect(json).toMatchObject({ error: "Script timeout", timeoutMs: 100, code: "ERROR_504" });
    expect(headers.get("connection")).toBe("close");
    letGo();
    expect((await patient).text).toBe("late");
    expect((await live.ask("/a")).text).toBe("late");
  });

  test("may take longer than a socket waits for a first byte", async () => {
    await using own = await npmRegistry({ name: "late", files: { "index.js": "module.exports = 'late'" } });
    const letGo = own.hold("late");
    await using live = await packageApp(own, { scripts: { "a.ts": 'return require("late")' } });
    const limits: number[] = [];
    const server = {
      requestIP: () => null,
      timeout: (_: Request, seconds: number) => void limits.push(seconds),
      upgrade: () => false,
    };
    const url = "http://localhost/a";
    const answer = live.engine.fetch({
      request: new Request(url),
      server,
      url,
      startedMs: performance.now(),
    });
    expect(limits).toEqual([0]);
    letGo();
    expect(await (await answer).text()).toBe("late");
  });

  test("is not for a caller without the token of the script", async () => {
    await using own = await npmRegistry({ name: "late", files: { "index.js": "module.exports = 'late'" } });
    const letGo = own.hold("late");
    await using live = await packageApp(own, { scripts: { "a.ts": '// @token t\nreturn require("late")' } });
    const answer = live.ask("/a?token=t");
    expect((await live.ask("/a")).status).toBe(401);
    letGo();
    expect((await answer).text).toBe("late");
  });

  test("is for as many packages as --install-queue-max says", async () => {
    await using own = await npmRegistry({ name: "slow", files: { "index.js": "module.exports = 's'" } });
    const letGo = own.hold("slow");
    const scripts = { "a.ts": 'return require("slow")', "b.ts": 'return require("other")' };
    await using live = await packageApp(own, { scripts, flags: ["--install-queue-max", "0"] });
    const first = live.ask("/a");
    await until(
      () => own.waiting(),
      (waiting) => waiting === 1,
    );
    expect((await live.ask("/b")).text).toContain("--install-queue-max");
    expect(live.services.installer.refused).toBe(1);
    letGo();
    expect((await first).text).toBe("s");
  });
});

describe("safety", () => {
  test("no script of a package is run, also not of one that package.json trusts", async () => {
    const files = { "package.json": '{ "trustedDependencies": ["hostile"] }' };
    await using live = await app({ "a.ts": 'return require("hostile")' }, { files });
    expect((await live.ask("/a")).text).toBe("installed");
    expect((await live.scripts.list()).filter((file) => file.endsWith("/ran"))).toEqual([]);
  });

  test("a package.json above the scripts folder is not the one that is changed", async () => {
    await using live = await app({ "a.ts": 'return require("pad")("x")' });
    const above = join(live.scripts.path, "../package.json");
    await Bun.write(above, "{}");
    expect((await live.ask("/a")).text).toBe("<x>");
    expect(await Bun.file(above).text()).toBe("{}");
    expect((await live.manifest()).dependencies).toEqual({ pad: "^1.2.3" });
  });

  test("the log says what was installed, and why not, with the time it took", async () => {
    const lines: string[] = [];
    const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
    await using live = await app({ "a.ts": 'require("pad"); return require("left-padd")' }, { log });
    await live.ask("/a");
    const rows = lines.map((line) => JSON.parse(line));
    expect(rows).toContainEqual(
      expect.objectContaining({
        msg: "Package installed",
        package: "pad",
        version: "1.2.3",
        durationMs: expect.any(Number),
      }),
    );
    expect(rows).toContainEqual(
      expect.objectContaining({
        msg: "Package not installed",
        package: "left-padd",
        reason: "the registry has no such package",
        durationMs: expect.any(Number),
      }),
    );
  });

  test("the many files of a package are no changes of scripts, and no reason to read all of them again", async () => {
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`d${at % 40}/f${at}.js`, "1"]));
    await registry.offer({ name: "large", files: { ...files, "index.js": "module.exports = 'large'" } });
    await using live = await app({ "a.ts": 'return require("large")' });
    const told: unknown[] = [];
    live.services.scripts.changes.subscribe((change) => void told.push(change));
    expect((await live.ask("/a")).text).toBe("large");
    await until(
      () => told,
      () => told.some((change) => (change as { file?: string }).file === "bun.lock"),
    );
    const fileOf = (change: unknown) => (change as { file?: string }).file ?? "";
    // What the package manager writes its lock file with is renamed at once.
    const others = told.filter(
      (change) => !/^(package\.json|bun\.lock|\.lock-\w+\.tmp)$/.test(fileOf(change)),
    );
    expect(others).toEqual([]);
  });

  test("an install that a killed server left half done is undone at the next start", async () => {
    const files = {
      "node_modules/.hoody-install.json": JSON.stringify({ pid: 2 ** 30, before: ["old"] }),
      "node_modules/old/index.js": "module.exports = 'old'",
      "node_modules/pad/index.js": "module.exports = require('gone')",
    };
    await using live = await app({ "a.ts": 'return require("pad")("x") + require("old")' }, { files });
    expect((await live.ask("/a")).text).toBe("<x>old");
  });
});
