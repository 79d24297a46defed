import { existsSync, mkdirSync, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join, normalize, relative } from "node:path";
import { CLIENT_NAMES, CLIENT_PATH } from "../packages/builtin-client.ts";
import { BUNDLED } from "../packages/bundled.ts";
import { lookAgain } from "../packages/resolver-cache.ts";
import { parseSpecifier } from "../packages/specifier.ts";

/** What a specifier leads to. */
export type Resolution =
  /** A file below the scripts root, outside of `node_modules`: compiled by us, one instance for each deployment. */
  | { readonly kind: "helper"; readonly file: string }
  | { readonly kind: "builtin"; readonly name: string }
  /** Anything else: loaded by the runtime, one instance for the process. */
  | { readonly kind: "package"; readonly path: string };

/** Endings tried behind a specifier, in order (script-runtime.md §4: `.ts` before `.js`). */
const ENDINGS = ["", ".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", ".json", "/index.ts", "/index.js"];

/** TypeScript sources are imported under the name they would be compiled to. */
const COMPILED_ENDINGS: Readonly<Record<string, string>> = { ".js": ".ts", ".mjs": ".mts", ".cjs": ".cts" };

const COMPILER_HELPERS = "@oxc-project/runtime/";

/** Who asks for a module. */
export interface Inquiry {
  /** File that asks, relative to the scripts root. */
  readonly from: string;
  /** Receives every file whose appearance or change would alter the answer. */
  readonly probed: Set<string>;
  readonly by: "require" | "import";
}

/** A package that is not there. */
export interface MissingPackage {
  readonly name: string;
  /** As it was written, with the path inside the package. */
  readonly specifier: string;
  /** File that asks, relative to the scripts root. */
  readonly from: string;
}

/** What the resolution is told about packages that are not there. */
export interface ModuleResolutionOptions {
  /** Absolute scripts root. */
  readonly root: string;
  /** Says that a package is not there, why, and what its user can do. */
  readonly explainMissing: (asked: MissingPackage) => string;
}

/** Specifiers whose directory is remembered; far more than a scripts directory uses. */
const PLACES_MAX = 10_000;

/** How a script's specifiers are looked up. */
export class ModuleResolution {
  readonly #root: string;
  readonly #explainMissing: (asked: MissingPackage) => string;
  /** Directory whose `node_modules` holds what was asked for, by importing file and specifier. */
  readonly #places = new Map<string, string>();

  constructor({ root, explainMissing }: ModuleResolutionOptions) {
    this.#root = root;
    this.#explainMissing = explainMissing;
  }

  /**
   * Resolves a specifier from a script.
   *
   * @throws {Error} with `code` `MODULE_NOT_FOUND`, naming the specifier and the file that asked.
   */
  resolve(specifier: string, inquiry: Inquiry): Resolution {
    if (isPath(specifier)) return this.#resolvePath(specifier, inquiry.from, inquiry.probed);
    if (isBuiltin(specifier)) return { kind: "builtin", name: specifier.replace(/^node:/, "") };
    if (/^(node|bun):/.test(specifier))
      throw moduleNotFound(specifier, inquiry.from, "the runtime has none of that name");
    return this.#resolvePackage(specifier, inquiry);
  }

  /** The package that a specifier asks for and that is nowhere; null for anything that can be found or never could. */
  missingPackage(specifier: string, from: string): string | null {
    if (isPath(specifier)) return null;
    const asked = parseSpecifier(specifier);
    if (asked.kind !== "package" || BUNDLED.has(asked.name) || specifier.startsWith(COMPILER_HELPERS))
      return null;
    if (this.#placeOf(asked.name, from) !== null) return null;
    return this.#resolveElsewhere(specifier, from, "require") === null ? asked.name : null;
  }

  /** The helper file that a specifier leads to; null for anything else, and for a path that leads nowhere. */
  helperFile(specifier: string, from: string, probed: Set<string>): string | null {
    if (!isPath(specifier)) return null;
    try {
      const found = this.#resolvePath(specifier, from, probed);
      return found.kind === "helper" ? found.file : null;
    } catch {
      return null;
    }
  }

  #resolvePath(specifier: string, from: string, probed: Set<string>): Resolution {
    const absolute = specifier.startsWith("/") ? specifier : join(this.#root, dirname(from), specifier);
    for (const candidate of candidates(normalize(absolute))) {
      const file = relative(this.#root, candidate);
      const isInside = !file.startsWith("..") && !file.split("/").includes("node_modules");
      if (isInside) probed.add(file);
      if (!statSync(candidate, { throwIfNoEntry: false })?.isFile()) continue;
      return isInside ? { kind: "helper", file } : { kind: "package", path: candidate };
    }
    throw moduleNotFound(specifier, from);
  }

  /** Packages come from below the scripts root only, whatever lies in the directories above it. */
  #resolvePackage(specifier: string, { from, by }: Inquiry): Resolution {
    const key = `${from}\0${specifier}`;
    const known = this.#places.get(key);
    const again = known === undefined ? null : this.#ask(specifier, known, by);
    if (again !== null) return again;
    const asked = parseSpecifier(specifier);
    if (asked.kind === "versioned") {
      throw moduleNotFound(specifier, from, "a version belongs into package.json, not into the specifier");
    }
    if (specifier.startsWith(COMPILER_HELPERS))
      return { kind: "package", path: Bun.resolveSync(specifier, import.meta.dir) };
    const name = asked.kind === "package" ? asked.name : null;
    const place = name === null ? null : this.#placeOf(name, from);
    const found =
      name === null || place === null
        ? this.#resolveElsewhere(specifier, from, by)
        : this.#resolveIn(place, specifier, by);
    if (found !== null && place !== null) this.#remember(key, place);
    if (found !== null) return found;
    if (CLIENT_NAMES.has(specifier)) return { kind: "package", path: CLIENT_PATH };
    if (name !== null && BUNDLED.has(name) && !CLIENT_NAMES.has(name))
      return { kind: "package", path: Bun.resolveSync(specifier, import.meta.dir) };
    if (name !== null && place === null) throw notFound(this.#explainMissing({ name, specifier, from }));
    throw moduleNotFound(specifier, from);
  }

  /** The nearest directory, from the importing one up to the root, whose `node_modules` has the package. */
  #placeOf(name: string, from: string): string | null {
    for (let directory = dirname(from); ; directory = dirname(directory)) {
      const place = directory === "." ? this.#root : join(this.#root, directory);
      if (existsSync(join(place, "node_modules", name))) return place;
      if (directory === ".") return null;
    }
  }

  #resolveIn(place: string, specifier: string, by: Inquiry["by"]): Resolution | null {
    const found = this.#ask(specifier, place, by);
    if (found !== null) return found;
    // It may have been looked for before it was installed.
    const steps = specifier.split("/").map((_, at, names) => names.slice(0, at + 1).join("/"));
    const modules = join(place, "node_modules");
    lookAgain([place, modules, ...steps.map((step) => join(modules, step))]);
    return this.#ask(specifier, place, by);
  }

  #remember(key: string, place: string): void {
    if (this.#places.size >= PLACES_MAX) this.#places.clear();
    this.#places.set(key, place);
  }

  /** What is in no `node_modules`: packages that the runtime brings (node-fetch), `#imports`, paths of a tsconfig. */
  #resolveElsewhere(specifier: string, from: string, by: Inquiry["by"]): Resolution | null {
    if (this.#hasModulesDirectory()) return this.#ask(specifier, join(this.#root, dirname(from)), by);
    const found = this.#ask(specifier, import.meta.dir, by);
    return found?.kind === "builtin" ? found : null;
  }

  /**
   * Sees to it that there is a `node_modules`, if only an empty one: where a script has none above it, the runtime
   * itself fetches what is asked for, and the server stands still meanwhile.
   */
  #hasModulesDirectory(): boolean {
    const modules = join(this.#root, "node_modules");
    if (existsSync(modules)) return true;
    try {
      mkdirSync(modules, { recursive: true });
    } catch {
      return false; // A directory that cannot be written: nobody installs anything there.
    }
    lookAgain([this.#root]);
    return true;
  }

  #ask(specifier: string, directory: string, by: Inquiry["by"]): Resolution | null {
    try {
      // A package may have a build for each of them.
      const path =
        by === "require"
          ? createRequire(`${directory}/_`).resolve(specifier)
          : Bun.resolveSync(specifier, directory);
      // The runtime brings some packages of its own under their names; what it says of a URL is the URL.
      if (!path.startsWith("/")) return /^https?:/.test(path) ? null : { kind: "builtin", name: path };
      return path.startsWith(`${this.#root}/`) ? { kind: "package", path } : null;
    } catch {
      return null;
    }
  }
}

function isPath(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier) || specifier === "." || specifier === "..";
}

function candidates(path: string): string[] {
  const found = ENDINGS.map((ending) => path + ending);
  const compiled = /\.[mc]?js$/.exec(path)?.[0];
  if (compiled) found.splice(1, 0, path.slice(0, -compiled.length) + COMPILED_ENDINGS[compiled]);
  return found;
}

function moduleNotFound(specifier: string, from: string, hint?: string): Error {
  return notFound(`Cannot find module "${specifier}" from "${from}"${hint === undefined ? "" : `: ${hint}`}`);
}

function notFound(message: string): Error {
  return Object.assign(new Error(message), { code: "MODULE_NOT_FOUND" });
}
