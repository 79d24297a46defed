import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PAD, packageApps } from "../../support/package-app.ts";

const app = packageApps([
  PAD,
  { name: "two", files: { "index.js": "module.exports = 2;" } },
  { name: "versions", version: "1.5.0", files: { "index.js": "module.exports = 15" } },
]);

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
