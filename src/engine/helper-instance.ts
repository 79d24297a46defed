import type { CompiledScript } from "../compiler/compiler.ts";
import type { LoadedModule } from "./module-exports.ts";

/** A helper module of one deployment, loaded or on the way. */
export interface HelperInstance {
  /** Null for a JSON file. */
  readonly compiled: CompiledScript | null;
  readonly module: { exports: unknown };
  readonly namespace: Record<string, unknown>;
  /** Files whose change makes this instance stale, its own among them. */
  readonly dependencies: Set<string>;
  isNamespace: boolean;
  isLoading: boolean;
  /** Settles when a module with top-level await has run. */
  ready: Promise<void> | null;
}

/** A module whose code has not run yet. */
export function createInstance(compiled: CompiledScript): HelperInstance {
  return {
    compiled,
    module: { exports: {} },
    namespace: Object.create(null),
    dependencies: new Set([compiled.file]),
    isNamespace: compiled.prepared.exports.length > 0,
    isLoading: true,
    ready: null,
  };
}

/**
 * A JSON file as a module.
 *
 * @param text null when the file is gone.
 * @throws {SyntaxError} naming the file when it does not parse.
 */
export function createJsonInstance(file: string, text: string | null): HelperInstance {
  if (text === null) throw moduleGone(file);
  return {
    compiled: null,
    module: { exports: parseJson(text, file) },
    namespace: {},
    dependencies: new Set([file]),
    isNamespace: false,
    isLoading: false,
    ready: null,
  };
}

/** A helper as its importers see it. */
export function toLoadedHelper(instance: HelperInstance): LoadedModule {
  return {
    exports: instance.isNamespace ? instance.namespace : instance.module.exports,
    isNamespace: instance.isNamespace,
    isLive: (name) => instance.isLoading || name === "*" || isMutable(instance, name),
  };
}

/** A file that was resolved and has gone since. */
export function moduleGone(file: string): Error {
  return Object.assign(new Error(`Cannot find module "${file}"`), { code: "MODULE_NOT_FOUND" });
}

function isMutable(instance: HelperInstance, name: string): boolean {
  const prepared = instance.compiled?.prepared;
  const exported = prepared?.exports.find((each) => each.exported === name);
  return exported !== undefined && prepared?.mutableExports.has(exported.expression) === true;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot parse "${file}": ${(error as Error).message}`);
  }
}
