import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { curlKit } from "../support/curl-kit.ts";
import { type NpmRegistry, npmRegistry } from "../support/npm-registry.ts";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

/* Scenario 4, word for word, with a registry on loopback that speaks the real protocol. */

let registry: NpmRegistry;
let cache: TempDir;
let server: ServerProcess;
beforeAll(async () => {
  registry = await npmRegistry({ name: "lodash", version: "4.17.21" });
  cache = await tempDir();
  server = await startProcess({
    files: { ".npmrc": registry.npmrc },
    env: { BUN_INSTALL_CACHE_DIR: cache.path },
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await cache[Symbol.asyncDispose]();
});

const { control } = curlKit(() => server);

describe("4. Dependencies and pinning", () => {
  test("4.1 what is missing is named", async () => {
    const { status, json } = await control("dependencies/check", { code: 'const _ = require("lodash");' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ missing: ["lodash"], total: 1, installed: [] });
  });

  test("4.2 it is installed, and known to be when asked for again", async () => {
    const first = await control("dependencies/install", { modules: ["lodash"] });
    expect(first.status).toBe(200);
    expect(first.json).toMatchObject({
      total: 1,
      installed: 1,
      failed: 0,
      installedModules: ["lodash"],
      failedModules: [],
      details: [expect.any(Object)],
    });
    const again = await control("dependencies/install", { modules: "lodash" });
    expect(again.json.details[0].status).toBe("already-installed");
    const exact = await control("dependencies/install", { modules: ["lodash@4.17.21"] });
    expect(exact.json).toMatchObject({ total: 1, failed: 0 });
  });

  test("4.3 a range is pinned to what is installed, once", async () => {
    await control("package/update", { dependencies: { lodash: "^4.17.21" } });
    const pinned = await control("package/pin", { packages: ["lodash"] });
    expect(pinned.status).toBe(200);
    expect(pinned.json).toMatchObject({
      pinned: ["lodash: ^4.17.21 → 4.17.21"],
      count: 1,
      dependencies: { lodash: "4.17.21" },
    });
    const again = await control("package/pin", { packages: ["lodash"] });
    expect(again.json).toMatchObject({
      message: "All dependencies are already pinned to exact versions",
      pinned: [],
    });
  });
});
