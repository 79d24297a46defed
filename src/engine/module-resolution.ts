import { statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join, normalize, relative } from "node:path";

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

/** Packages that come with the server. */
const BUNDLED = new Set(["zod"]);
const COMPILER_HELPERS = "@oxc-project/runtime/";

/** Who asks for a module. */
export interface Inquiry {
  /** File that asks, relative to the scripts root. */
  readonly from: string;
  /** Receives every file whose appearance or change would alter the answer. */
  readonly probed: Set<string>;
  readonly by: "require" | "import";
}

/** How a script's specifiers are looked up. */
export class ModuleResolution {
  readonly #root: string;

  /** @param root Absolute path of the scripts root. */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Resolves a specifier from a script.
   *
   * @throws {Error} with `code` `MODULE_NOT_FOUND`, naming the specifier and the file that asked.
   */
  resolve(specifier: string, { from, probed, by }: Inquiry): Resolution {
    const isPath = /^\.{0,2}\//.test(specifier) || specifier === "." || specifier === "..";
    if (!isPath && (isBuiltin(specifier) || /^(node|bun):/.test(specifier))) {
      return { kind: "builtin", name: specifier.replace(/^node:/, "") };
    }
    return isPath ? this.#resolvePath(specifier, from, probed) : this.#resolvePackage(specifier, from, by);
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
  #resolvePackage(specifier: string, from: string, by: Inquiry["by"]): Resolution {
    const name = specifier.startsWith("@")
      ? specifier.split("/").slice(0, 2).join("/")
      : (specifier.split("/")[0] ?? "");
    if (name.lastIndexOf("@") > 0) {
      throw moduleNotFound(specifier, from, "a version belongs into package.json, not into the specifier");
    }
    if (specifier.startsWith(COMPILER_HELPERS))
      return { kind: "package", path: Bun.resolveSync(specifier, import.meta.dir) };
    try {
      const absolute = join(this.#root, from);
      // A package may have a build for each of them.
      const path =
        by === "require"
          ? createRequire(absolute).resolve(specifier)
          : Bun.resolveSync(specifier, dirname(absolute));
      // The runtime brings some packages of its own under their names: node-fetch, ws, undici.
      if (!path.startsWith("/")) return { kind: "builtin", name: path };
      if (path.startsWith(`${this.#root}/`)) return { kind: "package", path };
    } catch {
      // Not installed; a bundled one may still answer.
    }
    if (BUNDLED.has(name)) return { kind: "package", path: Bun.resolveSync(specifier, import.meta.dir) };
    throw moduleNotFound(specifier, from, `install it in the scripts directory: bun add ${name}`);
  }
}

function candidates(path: string): string[] {
  const found = ENDINGS.map((ending) => path + ending);
  const compiled = /\.[mc]?js$/.exec(path)?.[0];
  if (compiled) found.splice(1, 0, path.slice(0, -compiled.length) + COMPILED_ENDINGS[compiled]);
  return found;
}

function moduleNotFound(specifier: string, from: string, hint?: string): Error {
  const message = `Cannot find module "${specifier}" from "${from}"${hint === undefined ? "" : `: ${hint}`}`;
  return Object.assign(new Error(message), { code: "MODULE_NOT_FOUND" });
}
