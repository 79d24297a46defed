import vm from "node:vm";
import { type ParsedDirectives, parseDirectives } from "../directives/parse.ts";
import { CompileError } from "./compile-error.ts";
import { toExcerpt } from "./excerpt.ts";
import { type CompiledUnit, toAuthorPlace } from "./positions.ts";
import { type PreparedScript, prepareScript } from "./prepare.ts";
import { type WrapOptions, wrapScript } from "./wrap.ts";

/** A file as it was when it was last compiled. */
export interface CompiledScript {
  readonly file: string;
  readonly prepared: PreparedScript;
  readonly directives: ParsedDirectives;
}

/** The linker that `vm.Script` yields in a context; see `compiler/wrap.ts`. */
export type Linker = (
  imports: readonly unknown[],
  link: Readonly<Record<string, unknown>>,
  live?: object,
) => (...args: unknown[]) => unknown;

/** What the compiler needs from outside. */
export interface CompilerOptions {
  /** Reads a file below the scripts root; null when it is absent. */
  readonly readText: (file: string) => string | null;
  /** Files kept compiled; the least recently loaded goes first. */
  readonly compiledMax: number;
  /** Is told of each file that was compiled. */
  readonly onCompiled?: () => void;
}

interface FileRecord {
  compiled: CompiledScript;
  readonly units: Map<string, CompiledUnit & { readonly script: vm.Script }>;
  /** Whether the file may have changed since. */
  isStale: boolean;
}

/**
 * One record for each file, compiled on demand and until the file changes. Nothing here asks the disk whether it did:
 * whoever learns of a change calls {@link markStale}.
 */
export class Compiler {
  readonly #options: CompilerOptions;
  readonly #records = new Map<string, FileRecord>();
  #evicted = 0;

  constructor(options: CompilerOptions) {
    this.#options = options;
  }

  /** Files that are compiled now. */
  get size(): number {
    return this.#records.size;
  }

  /** Files dropped because there were too many. */
  get evicted(): number {
    return this.#evicted;
  }

  /**
   * The current version of a file.
   *
   * @returns null when there is no such file.
   * @throws {CompileError} when its author made a mistake.
   */
  load(file: string): CompiledScript | null {
    const record = this.#records.get(file);
    if (record && !record.isStale) return record.compiled;
    const source = this.#options.readText(file);
    if (source === null) {
      this.#records.delete(file);
      return null;
    }
    if (record && source === record.compiled.prepared.source) {
      record.isStale = false;
      return record.compiled;
    }
    const compiled = { file, prepared: prepareScript(source, file), directives: parseDirectives(source) };
    this.#options.onCompiled?.();
    this.#keep(file, { compiled, units: new Map(), isStale: false });
    return compiled;
  }

  /**
   * What a file declares, also one that does not compile: whether it may be called, and by whom, does not depend on
   * its code.
   *
   * @returns null when there is no such file.
   */
  directivesOf(file: string): ParsedDirectives | null {
    const record = this.#records.get(file);
    if (record && !record.isStale) return record.compiled.directives;
    const source = this.#options.readText(file);
    return source === null ? null : parseDirectives(source);
  }

  /** Compiles a loaded file for one kind of context; the result is kept with the file. */
  scriptFor(compiled: CompiledScript, options: WrapOptions): vm.Script {
    const record = this.#records.get(compiled.file);
    const key = `${options.kind} ${options.ownGlobal} ${options.live} ${options.linkNames.join(",")} ${options.variables?.join(",")}`;
    const known = record?.compiled === compiled ? record.units.get(key) : undefined;
    if (known) return known.script;
    const { prepared } = compiled;
    const { code, prefixLength } = wrapScript(prepared, options);
    const unit = { file: prepared.file, source: prepared.source, map: prepared.map, prefixLength };
    const script = this.#toScript(code, unit);
    if (record?.compiled === compiled) record.units.set(key, { ...unit, script });
    return script;
  }

  /** The compiled form whose positions a stack names; null for a file that is no script of ours. */
  readonly unitOf = (file: string): CompiledUnit | null => {
    const units = this.#records.get(file)?.units;
    return units?.values().next().value ?? null;
  };

  /** Tells that a file may have changed; the next {@link load} looks. */
  markStale(file: string): void {
    const record = this.#records.get(file);
    if (record) record.isStale = true;
  }

  /** Tells that every file may have changed. */
  markAllStale(): void {
    for (const record of this.#records.values()) record.isStale = true;
  }

  /** Drops compiled files; those of one directory when a prefix is given. */
  clear(prefix = ""): void {
    for (const file of this.#records.keys()) if (file.startsWith(prefix)) this.#records.delete(file);
  }

  #keep(file: string, record: FileRecord): void {
    this.#records.delete(file);
    this.#records.set(file, record);
    if (this.#records.size <= this.#options.compiledMax) return;
    const oldest = this.#records.keys().next().value;
    if (oldest === undefined) return;
    this.#records.delete(oldest);
    this.#evicted++;
  }

  /** The parser took the text, so what the engine refuses here is rare: a feature it lacks. */
  #toScript(code: string, unit: CompiledUnit): vm.Script {
    try {
      return new vm.Script(code, { filename: unit.file });
    } catch (error) {
      const { message, line } = error as Error & { line?: number };
      const place = toAuthorPlace(unit, { line: line ?? 1, column: unit.prefixLength + 1 });
      const excerpt = toExcerpt(unit.source, place);
      throw new CompileError(message, { file: unit.file, ...place, excerpt, check: "syntax" });
    }
  }
}
