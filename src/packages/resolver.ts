import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../base/realm.ts";
import { BUNDLED } from "./bundled.ts";
import { isPackageName, parseSpecifier } from "./specifier.ts";

/** A package that a script needs and whether it is there. */
export interface PackageState {
  readonly name: string;
  readonly installed: boolean;
  /** Version from the package's own manifest; absent when it is not installed or names none. */
  readonly version?: string;
  /** Part of the runtime, so there is nothing to install. */
  readonly builtin?: true;
}

interface CachedManifest {
  /** Milliseconds since the epoch with a fraction; a manifest that changed has another. */
  readonly modifiedMs: number;
  readonly version: string | null;
}

/** Manifests remembered; far more than a scripts directory uses. */
const MANIFESTS_MAX = 1_000;

/** Which npm packages scripts can load: those in `node_modules` of the scripts root, and what the runtime brings. */
export class PackageResolver {
  readonly #modulesDirectory: string;
  readonly #manifests = new Map<string, CachedManifest>();

  /** @param options.root Absolute path of the scripts root. */
  constructor({ root }: { readonly root: string }) {
    this.#modulesDirectory = join(root, "node_modules");
  }

  /** Whether a specifier names a module of the runtime: `fs`, `node:fs/promises`, `bun:sqlite`. */
  isBuiltin(specifier: string): boolean {
    return parseSpecifier(specifier).kind === "builtin";
  }

  /**
   * Version of an installed package, from its manifest.
   *
   * @param name Package name without subpath and version.
   * @returns Null when it is not installed, or when its manifest names no version.
   */
  installedVersion(name: string): string | null {
    return this.#readManifest(name)?.version ?? null;
  }

  /**
   * What a script's specifiers need, one entry for each built-in module and package, in the order of first use.
   *
   * Files of the scripts root are left out. A versioned or unusable specifier counts as not installed, under the
   * text that was written, because the loader refuses it.
   */
  inspect(specifiers: readonly string[]): readonly PackageState[] {
    const states = new Map<string, PackageState>();
    for (const text of specifiers) {
      const specifier = parseSpecifier(text);
      if (specifier.kind === "file") continue;
      const name = specifier.kind === "package" ? specifier.name : text;
      if (states.has(name)) continue;
      states.set(
        name,
        specifier.kind === "builtin" ? { name, installed: true, builtin: true } : this.#stateOf(name),
      );
    }
    return [...states.values()];
  }

  #stateOf(name: string): PackageState {
    const manifest = this.#readManifest(name);
    if (manifest === null) return { name, installed: BUNDLED.has(name) };
    return { name, installed: true, ...(manifest.version === null ? {} : { version: manifest.version }) };
  }

  #readManifest(name: string): CachedManifest | null {
    // Only a plain name is ever looked up on disk: a written text could lead anywhere.
    if (!isPackageName(name)) return null;
    const file = join(this.#modulesDirectory, name, "package.json");
    const modifiedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (modifiedMs === undefined) {
      this.#manifests.delete(name);
      return null;
    }
    const cached = this.#manifests.get(name);
    if (cached?.modifiedMs === modifiedMs) return cached;
    const manifest = { modifiedMs, version: readVersion(file) };
    if (this.#manifests.size >= MANIFESTS_MAX) this.#manifests.clear();
    this.#manifests.set(name, manifest);
    return manifest;
  }
}

function readVersion(file: string): string | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isRecord(manifest) && typeof manifest["version"] === "string" ? manifest["version"] : null;
  } catch {
    // A manifest that is being written or was damaged: the package is there, its version is not known.
    return null;
  }
}
