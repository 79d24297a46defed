import type vm from "node:vm";
import { isPromiseLike } from "../base/realm.ts";
import type { CompiledScript, Compiler } from "../compiler/compiler.ts";
import { harden } from "./harden.ts";
import {
  createInstance,
  createJsonInstance,
  type HelperInstance,
  moduleGone,
  toLoadedHelper,
} from "./helper-instance.ts";
import type { HostGuard } from "./host-guard.ts";
import {
  assignedNames,
  type Bindings,
  copyNames,
  type LoadedModule,
  linkableNames,
  toBindings,
  toLoaded,
  toNamespace,
} from "./module-exports.ts";
import type { ModuleResolution, Resolution } from "./module-resolution.ts";
import type { PackageNeeds } from "./package-needs.ts";
import { type BuiltinViews, RuntimeModules } from "./runtime-modules.ts";

/** What modules of one deployment are loaded with. */
export interface ModulesOptions {
  readonly root: string;
  readonly compiler: Compiler;
  /** Reads a file below the scripts root; null when it is absent. */
  readonly readText: (file: string) => string | null;
  readonly resolution: ModuleResolution;
  readonly needs: PackageNeeds;
  readonly hostGuard: HostGuard;
  /** The deployment's kept context; made on first use. */
  readonly context: () => vm.Context;
  /** The values a helper module is linked with, besides its `require`. */
  readonly linkValues: (
    compiled: CompiledScript,
    require: NodeJS.Require,
  ) => Readonly<Record<string, unknown>>;
  /** What `process` is for modules that ask for it by `require`. */
  readonly process: (file: string, sealed: boolean) => unknown;
  /** The same for `bun`. */
  readonly bun: (file: string, sealed: boolean) => unknown;
}

/** What is known of one importer. */
interface ImporterState extends BuiltinViews {
  /** Helpers that were waited for, by file. */
  readonly awaited?: ReadonlyMap<string, HelperInstance>;
}

/** Gives modules to one importer. */
export interface Importer {
  readonly require: NodeJS.Require;
  /** The dynamic `import()`. */
  readonly load: (specifier: unknown) => Promise<unknown>;
}

/**
 * The helper modules of one deployment: they keep their state until they, or what they import, change
 * (script-runtime.md §8).
 */
export class DeploymentModules {
  readonly #options: ModulesOptions;
  readonly #instances = new Map<string, HelperInstance>();
  readonly #runtime: RuntimeModules;

  constructor(options: ModulesOptions) {
    this.#options = options;
    this.#runtime = new RuntimeModules(options);
  }

  /** Helper modules loaded now. */
  get size(): number {
    return this.#instances.size;
  }

  /** Drops every instance. */
  clear(): void {
    this.#instances.clear();
  }

  /**
   * Drops the instances that depend on a file.
   *
   * @returns Those files and the one that changed.
   */
  invalidate(file: string): ReadonlySet<string> {
    return this.#invalidate(new Set([file]));
  }

  /** The same for every file that a test accepts. */
  invalidateWhere(test: (file: string) => boolean): ReadonlySet<string> {
    const files = [...this.#instances.values()].flatMap(({ dependencies }) => [...dependencies]);
    return this.#invalidate(new Set(files.filter(test)));
  }

  #invalidate(stale: Set<string>): ReadonlySet<string> {
    for (let before = 0; before !== stale.size; ) {
      before = stale.size;
      for (const [name, instance] of this.#instances) {
        if (![...instance.dependencies].some((each) => stale.has(each))) continue;
        stale.add(name);
        this.#instances.delete(name);
      }
    }
    return stale;
  }

  /**
   * `require` and `import()` for one file.
   *
   * @param dependencies Receives the files that the importer depends on from then on; null for one that asks anew
   *   in each run, so that names which callers choose leave nothing.
   * @param sealed Whether built-in modules are shown read-only, for an importer whose runs share them.
   */
  importerFor(file: string, dependencies: Set<string> | null, sealed: boolean): Importer {
    const find = (specifier: unknown, by: "require" | "import") => {
      if (typeof specifier !== "string") throw new TypeError("The name of a module must be a string");
      return this.#options.resolution.resolve(specifier, {
        from: file,
        probed: dependencies ?? new Set(),
        by,
      });
    };
    const builtins = new Map<string, unknown>();
    const load = (resolution: Resolution) => this.#loadSync(resolution, { file, builtins, sealed });
    const loadNow = (specifier: unknown) => {
      const found = find(specifier, "require");
      const { exports } = load(found);
      // Refused once it has run as well, so that the answer does not depend on who came first.
      if (found.kind === "helper" && this.#instances.get(found.file)?.ready)
        throw awaitsAtTopLevel(found.file);
      return exports;
    };
    const require = harden(
      Object.assign(loadNow, {
        resolve: harden((specifier: unknown) => {
          const found = find(specifier, "require");
          return found.kind === "helper"
            ? `${this.#options.root}/${found.file}`
            : found.kind === "builtin"
              ? found.name
              : found.path;
        }),
        cache: Object.freeze({}),
        main: undefined,
      }),
    ) as unknown as NodeJS.Require;
    const loadLater = async (specifier: unknown) => {
      await this.#options.needs.provide(specifier, file, (helper) => this.#instances.has(helper));
      const found = find(specifier, "import");
      return toNamespace(
        found.kind === "helper" ? toLoadedHelper(await this.#loadHelper(found.file)) : load(found),
      );
    };
    return { require, load: harden(loadLater) };
  }

  /**
   * Loads what a file imports statically; a promise only when some module awaits at its top level.
   *
   * @returns The objects its linker destructures, and an object of getters when some name must stay live.
   */
  bindImports(
    compiled: CompiledScript,
    dependencies: Set<string>,
    sealed: boolean,
  ): Bindings | Promise<Bindings> {
    const { imports, file } = compiled.prepared;
    const builtins = new Map<string, unknown>();
    const found = imports.map((each) =>
      this.#options.resolution.resolve(each.specifier, { from: file, probed: dependencies, by: "import" }),
    );
    const bind = (awaited: ReadonlyMap<string, HelperInstance>): Bindings => {
      const from = { file, builtins, sealed, awaited };
      return toBindings(
        compiled,
        found.map((each) => this.#loadSync(each, from)),
      );
    };
    const pending = found.flatMap((each) =>
      each.kind === "helper" && this.#awaits(each.file, new Set()) ? [each.file] : [],
    );
    if (pending.length === 0) return bind(new Map());
    // The very instances that were waited for: by then their files may have changed and others be on the way.
    const waits = pending.map(async (each) => [each, await this.#loadHelper(each)] as const);
    return Promise.all(waits).then((loaded) => bind(new Map(loaded)));
  }

  #loadSync(resolution: Resolution, from: ImporterState): LoadedModule {
    switch (resolution.kind) {
      case "builtin":
        return toLoaded(this.#runtime.builtin(resolution.name, from));
      case "package":
        return toLoaded(this.#runtime.package(resolution.path));
      case "helper": {
        const { file } = resolution;
        const instance = from.awaited?.get(file) ?? this.#instances.get(file) ?? this.#evaluate(file);
        if (instance.ready !== null && instance.isLoading) throw awaitsAtTopLevel(resolution.file);
        return toLoadedHelper(instance);
      }
    }
  }

  async #loadHelper(file: string): Promise<HelperInstance> {
    const instance = this.#instances.get(file) ?? this.#evaluate(file);
    await instance.ready;
    return instance;
  }

  /** Runs a module; on failure it is forgotten, so that the next request tries again. */
  #evaluate(file: string): HelperInstance {
    if (file.endsWith(".json")) {
      const parsed = createJsonInstance(file, this.#options.readText(file));
      this.#instances.set(file, parsed);
      return parsed;
    }
    const compiled = this.#options.compiler.load(file);
    if (compiled === null) throw moduleGone(file);
    const instance = createInstance(compiled);
    this.#instances.set(file, instance);
    const settled = () => {
      instance.isLoading = false;
    };
    try {
      const bindings = this.bindImports(compiled, instance.dependencies, false);
      const outcome = isPromiseLike(bindings)
        ? bindings.then((each) => this.#run(instance, compiled, each))
        : this.#run(instance, compiled, bindings);
      if (!isPromiseLike(outcome)) {
        settled();
        return instance;
      }
      instance.ready = Promise.resolve(outcome).then(settled, (error) => {
        this.#forget(file, instance);
        throw error;
      });
      // Whoever awaits it is told; a `require` that refused it has nobody who would.
      instance.ready.catch(() => undefined);
      return instance;
    } catch (error) {
      this.#forget(file, instance);
      throw error;
    }
  }

  /** Forgets an instance, unless another one has taken its place. */
  #forget(file: string, instance: HelperInstance): void {
    if (this.#instances.get(file) === instance) this.#instances.delete(file);
  }

  #run(instance: HelperInstance, compiled: CompiledScript, { imports, live }: Bindings): unknown {
    const { module, namespace } = instance;
    const { require, load } = this.importerFor(compiled.file, instance.dependencies, false);
    const link = { ...this.#options.linkValues(compiled, require), $$load: load };
    const linkNames = linkableNames(compiled, link);
    const variables = assignedNames(compiled, link);
    const options = { kind: "module", linkNames, variables, ownGlobal: false, live: live !== null } as const;
    const script = this.#options.compiler.scriptFor(compiled, options);
    const linker = script.runInContext(this.#options.context());
    const run = linker(imports, link, live);
    return run(
      module,
      module.exports,
      (names: Record<string, () => unknown>, all: readonly (() => unknown)[]) => {
        for (const star of all) copyNames(namespace, star());
        for (const [name, get] of Object.entries(names)) {
          Object.defineProperty(namespace, name, { get, enumerable: true, configurable: true });
        }
      },
    );
  }

  /** Whether a helper, or anything it imports, awaits at its top level. */
  #awaits(file: string, seen: Set<string>): boolean {
    if (seen.has(file)) return false;
    seen.add(file);
    const known = this.#instances.get(file);
    if ((known && !known.isLoading) || file.endsWith(".json")) return false;
    const compiled = this.#options.compiler.load(file);
    if (compiled === null) return false;
    if (compiled.prepared.isAsync) return true;
    return compiled.prepared.imports.some((each) => {
      const found = this.#options.resolution.resolve(each.specifier, {
        from: file,
        probed: new Set(),
        by: "import",
      });
      return found.kind === "helper" && this.#awaits(found.file, seen);
    });
  }
}

function awaitsAtTopLevel(file: string): Error {
  return new Error(`Cannot require "${file}": it awaits at its top level; load it with import`);
}
