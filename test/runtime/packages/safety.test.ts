import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import pino from "pino";
import { PAD, packageApps } from "../../support/package-app.ts";
import { until } from "../../support/until.ts";

const app = packageApps([
  PAD,
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
  {
    name: "large",
    files: {
      ...Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`d${at % 40}/f${at}.js`, "1"])),
      "index.js": "module.exports = 'large'",
    },
  },
]);

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
