import { createRequire } from "node:module";
import { loadHostModule } from "./globals.ts";
import type { HostGuard } from "./host-guard.ts";
import { viewOf } from "./module-views.ts";

/** The views of built-in modules that one importer has. */
export interface BuiltinViews {
  /** The importing file, relative to the scripts root. */
  readonly file: string;
  readonly builtins: Map<string, unknown>;
  /** Whether they are read-only, because the importer's runs share them. */
  readonly sealed: boolean;
}

/** What {@link RuntimeModules} needs. */
export interface RuntimeModulesOptions {
  /** Absolute scripts root. */
  readonly root: string;
  readonly hostGuard: HostGuard;
  /** What `process` is for a file that asks for it by `require`. */
  readonly process: (file: string, sealed: boolean) => unknown;
  /** The same for `bun`. */
  readonly bun: (file: string, sealed: boolean) => unknown;
}

/** Modules that the runtime loads into the server's realm: its own, and npm packages. */
export class RuntimeModules {
  readonly #options: RuntimeModulesOptions;
  readonly #require: NodeJS.Require;
  readonly #loaded = new Set<string>();

  constructor(options: RuntimeModulesOptions) {
    this.#options = options;
    this.#require = createRequire(`${options.root}/_`);
  }

  /** A built-in module as one importer sees it. */
  builtin(name: string, { file, builtins, sealed }: BuiltinViews): unknown {
    const known = builtins.get(name);
    if (known !== undefined) return known;
    const view = this.#viewOf(name, file, sealed);
    builtins.set(name, view);
    return view;
  }

  #viewOf(name: string, file: string, sealed: boolean): unknown {
    if (name === "process") return this.#options.process(file, sealed);
    if (name === "bun") return this.#options.bun(file, sealed);
    return viewOf(name, this.#whileLoading(`builtin:${name}`, () => loadHostModule(name)) as object, sealed);
  }

  /** @param path Absolute. */
  package(path: string): unknown {
    return this.#whileLoading(path, () => this.#require(path));
  }

  /** Modules may change built-ins while they are loaded; what a script did before that is not theirs. */
  #whileLoading(name: string, load: () => unknown): unknown {
    if (this.#loaded.has(name)) return load();
    const { hostGuard } = this.#options;
    hostGuard.restore();
    try {
      const loaded = load();
      this.#loaded.add(name);
      return loaded;
    } finally {
      hostGuard.remember();
    }
  }
}
