import { afterAll, beforeAll } from "bun:test";
import { join } from "node:path";
import type { TestAppOptions } from "./app.ts";
import { type NpmRegistry, npmRegistry, type OfferedPackage, type Trouble } from "./npm-registry.ts";
import { type ScriptApp, scriptApp } from "./script-app.ts";
import { tempDir } from "./temp-dir.ts";

/** Scripts in this process that get their packages from a registry of the test; released by `await using`. */
export interface PackageApp extends ScriptApp {
  /** Text of a file below the scripts root. */
  read(path: string): Promise<string>;
  /** `package.json` of the scripts root. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever it holds
  manifest(): Promise<any>;
}

/** Files of a scripts root, and the flags and options of its app. */
export interface PackageAppOptions extends Omit<TestAppOptions, "files" | "env"> {
  /** Routes of `default/1` by name: `{ "a.ts": "return 1" }`. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Further files below the scripts root. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A package that many tests install. */
export const PAD: OfferedPackage = {
  name: "pad",
  version: "1.2.3",
  files: { "index.js": "module.exports = (s) => '<' + s + '>';" },
};

/**
 * One registry for all tests of a file.
 *
 * @param troubles By package: how the registry answers for it.
 * @returns Starts an app over it, see {@link packageApp}.
 */
export function packageApps(
  offered: readonly OfferedPackage[],
  troubles: Readonly<Record<string, Trouble>> = {},
): (
  scripts: PackageAppOptions["scripts"],
  options?: Omit<PackageAppOptions, "scripts">,
) => Promise<PackageApp> {
  let registry: NpmRegistry;
  beforeAll(async () => {
    registry = await npmRegistry(...offered);
    for (const [name, trouble] of Object.entries(troubles)) registry.trouble(name, trouble);
  });
  afterAll(() => registry[Symbol.asyncDispose]());
  return (scripts, options = {}) => packageApp(registry, { scripts, ...options });
}

/** An app whose scripts root names the registry in its `.npmrc`, with a package cache of its own. */
export async function packageApp(registry: NpmRegistry, options: PackageAppOptions): Promise<PackageApp> {
  const cache = await tempDir();
  const { scripts, files = {}, flags = [], ...rest } = options;
  const app = await scriptApp(
    {
      ".npmrc": registry.npmrc,
      ...Object.fromEntries(Object.entries(scripts).map(([name, text]) => [`default/1/${name}`, text])),
      ...files,
    },
    ["--auto-install", ...flags],
    { ...rest, env: commandEnvironment(cache.path) },
  );
  const read = (path: string) => Bun.file(join(app.scripts.path, path)).text();
  return {
    ...app,
    read,
    manifest: async () => JSON.parse(await read("package.json")),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await cache[Symbol.asyncDispose]();
    },
  };
}

/** What a package manager needs of this process's environment, with a cache that no other test shares. */
export function commandEnvironment(cache: string): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME, BUN_INSTALL_CACHE_DIR: cache };
}
