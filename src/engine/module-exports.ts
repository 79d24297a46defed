import { isObject } from "../base/realm.ts";
import type { CompiledScript } from "../compiler/compiler.ts";

/** A module as an importer sees it. */
export interface LoadedModule {
  /** ES module namespace, or what CommonJS exported. */
  readonly exports: unknown;
  readonly isNamespace: boolean;
  /** Whether a name must be read at each use: it changes later, or its module has not finished loading. */
  isLive(name: string): boolean;
}

/** What a linker takes for its imports. */
export interface Bindings {
  readonly imports: readonly object[];
  /** Getters by local name, when at least one imported name must be read at each use. */
  readonly live: object | null;
}

/** Names of the link object that the compiled code uses and nobody assigns; text for `eval` may use any. */
export function linkableNames(compiled: CompiledScript, link: Readonly<Record<string, unknown>>): string[] {
  const { freeNames, assignedNames, imports } = compiled.prepared;
  if (!freeNames.has("eval")) {
    return [...freeNames].filter((name) => name in link && !assignedNames.has(name)).sort();
  }
  const imported = new Set(imports.flatMap(({ names }) => names.map(({ local }) => local)));
  return Object.keys(link)
    .filter((name) => !imported.has(name) && !assignedNames.has(name))
    .sort();
}

/**
 * Names of injected values that the compiled code assigns; each run gets variables of its own for them.
 *
 * Timer functions are members of the context, so they are assigned there.
 */
export function assignedNames(
  compiled: CompiledScript,
  injected: Readonly<Record<string, unknown>>,
): string[] {
  const { freeNames, assignedNames } = compiled.prepared;
  return [...freeNames]
    .filter((name) => name in injected && assignedNames.has(name) && !TIMER_NAMES.test(name))
    .sort();
}

const TIMER_NAMES = /^(set|clear)(Timeout|Interval|Immediate)$/;

export function toBindings({ prepared }: CompiledScript, loaded: readonly LoadedModule[]): Bindings {
  const isLive = prepared.imports.some((each, at) =>
    each.names.some(({ imported }) => imported !== "*" && loaded[at]?.isLive(imported)),
  );
  const live: object | null = isLive ? Object.create(null) : null;
  const imports = prepared.imports.map((each, at) => {
    const module = loaded[at] as LoadedModule;
    const bound: Record<string, unknown> = Object.create(null);
    for (const { imported, local } of each.names) {
      if (live !== null)
        Object.defineProperty(live, local, {
          get: () => readExport(module, imported, each.specifier, prepared.file),
        });
      else bound[imported] = readExport(module, imported, each.specifier, prepared.file);
    }
    return bound;
  });
  return { imports, live };
}

/** One exported name. */
function readExport(module: LoadedModule, name: string, specifier: string, file: string): unknown {
  const { exports } = module;
  if (name === "*") return module.isNamespace ? exports : toNamespace(module);
  if (name === "default" && !module.isNamespace) return defaultOf(exports);
  const holder = Object(exports) as Record<string, unknown>;
  if (!(name in holder))
    throw new SyntaxError(`"${specifier}" does not export "${name}", which "${file}" imports`);
  return holder[name];
}

export function toLoaded(exports: unknown): LoadedModule {
  const isNamespace = isObject(exports) && exports[Symbol.toStringTag] === "Module";
  return { exports, isNamespace, isLive: () => false };
}

/** What `import()` and `import * as` give for a module. */
export function toNamespace({ exports, isNamespace }: LoadedModule): unknown {
  if (isNamespace) return exports;
  const namespace: Record<string, unknown> = Object.create(null);
  copyNames(namespace, exports);
  namespace["default"] = defaultOf(exports);
  return namespace;
}

/** The default of a CommonJS module is the module itself, unless it was compiled from ESM. */
function defaultOf(exports: unknown): unknown {
  return isObject(exports) && exports["__esModule"] === true ? exports["default"] : exports;
}

export function copyNames(namespace: Record<string, unknown>, source: unknown): void {
  if (!isObject(source) && typeof source !== "function") return;
  const from = source as Record<string, unknown>;
  for (const name of Object.keys(from)) {
    if (name === "default" || name in namespace) continue;
    Object.defineProperty(namespace, name, { get: () => from[name], enumerable: true, configurable: true });
  }
}
