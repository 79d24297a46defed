import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PAD, packageApps } from "../../support/package-app.ts";

const plain = (name: string) => ({ name, files: { "index.js": `module.exports = '${name}';` } });

const app = packageApps(
  [
    PAD,
    ...["one", "silent", "failing", "unpackable", "forged", "stuck"].map(plain),
    { ...plain("incomplete"), manifest: { dependencies: { nowhere: "1" } } },
    { ...plain("half"), manifest: { dependencies: { unpackable: "1", one: "1" } } },
  ],
  {
    failing: "failing",
    unpackable: "broken tarball",
    forged: "wrong checksum",
    stuck: "stuck tarball",
    silent: "silent",
  },
);

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
