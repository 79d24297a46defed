import { describe, expect, test } from "bun:test";
import { PAD, packageApps } from "../../support/package-app.ts";

const app = packageApps([
  PAD,
  { name: "sub", files: { "index.js": "", "deep/part.js": "module.exports = 'part';" } },
  {
    name: "@team/kit",
    files: { "index.js": "", "tool.js": "exports.tool = require('pad')('kit');" },
    manifest: { dependencies: { pad: "^1.0.0" } },
  },
  { name: "esm", files: { "index.js": "export const named = 'esm';" }, manifest: { type: "module" } },
]);

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
