import vm from "node:vm";
import { type ParsedDirectives, parseDirectives } from "../directives/parse.ts";
import { CompileError } from "./compile-error.ts";
import { toExcerpt } from "./excerpt.ts";
import { type CompiledUnit, toAuthorPlace } from "./positions.ts";
import { type PreparedScript, prepareScript } from "./prepare.ts";
import { SourceLimit } from "./source-limit.ts";
import { type WrapOptions, wrapScript } from "./wrap.ts";

/** A file as it was when it was last compiled. */
export interface CompiledScript {
  readonly file: string;
  readonly prepared: PreparedScript;
  readonly directives: ParsedDirectives;
  /** Longest unbroken run of its loops, in milliseconds; 0 for none. */
  readonly loopLimitMs: number;
  /** What it was compiled to, by kind of context; filled by {@link Compiler.scriptFor}. */
  readonly forms: Map<string, CompiledForm>;
}

/** A file compiled for one kind of context. */
type CompiledForm = CompiledUnit & { readonly script: vm.Script };

/** What the compiler needs from outside. */
export interface CompilerOptions {
  /** Reads a file below the scripts root; null when it is absent. */
  readonly readText: (file: string) => string | null;
  /** Files kept compiled; the least recently used goes first. */
  readonly compiledMax: number;
  /** Largest source, in bytes; any when left out. */
  readonly sourceBytesMax?: number;
  /** Longest unbroken run of a loop for files without `@loop-limit`, in milliseconds; 0 for none. */
  readonly loopLimitDefaultMs?: number;
  /** Is told of each file that was compiled. */
  readonly onCompiled?: () => void;
}

/** A file as it is known; a broken one is remembered too, so that calling it does not parse it again and again. */
type FileRecord =
  | {
      readonly kind: "compiled";
      readonly source: string;
      readonly compiled: CompiledScript;
      isStale: boolean;
    }
  | {
      readonly kind: "broken";
      readonly source: string;
      readonly error: unknown;
      readonly directives: ParsedDirectives;
      isStale: boolean;
    };

/**
 * One record for each file, compiled on demand and until the file changes. Nothing here asks the disk whether it did:
 * whoever learns of a change calls {@link markStale}.
 */
export class Compiler {
  /** The bound of what it compiles. */
  readonly sources: SourceLimit;
  readonly #options: CompilerOptions;
  readonly #records = new Map<string, FileRecord>();
  #evicted = 0;

  constructor(options: CompilerOptions) {
    this.#options = options;
    this.sources = new SourceLimit(options.sourceBytesMax ?? Number.POSITIVE_INFINITY);
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
    const record = this.#current(file);
    if (record === null) return null;
    if (record.kind === "broken") throw record.error;
    return record.compiled;
  }

  /**
   * What a file declares, also one that does not compile: whether it may be called, and by whom, does not depend on
   * its code.
   *
   * @returns null when there is no such file.
   */
  directivesOf(file: string): ParsedDirectives | null {
    const record = this.#current(file);
    if (record === null) return null;
    return record.kind === "broken" ? record.directives : record.compiled.directives;
  }

  /** Compiles a loaded file for one kind of context; the result is kept with it. */
  scriptFor(compiled: CompiledScript, options: WrapOptions): vm.Script {
    const key = `${options.kind} ${options.ownGlobal} ${options.live} ${options.linkNames.join(",")} ${options.variables?.join(",")}`;
    const known = compiled.forms.get(key);
    if (known) return known.script;
    const { prepared } = compiled;
    const { code, prefixLength } = wrapScript(prepared, options);
    const { file, source, map, inserted } = prepared;
    const unit = { file, source, map, inserted, prefixLength };
    const script = this.#toScript(code, unit);
    compiled.forms.set(key, { ...unit, script });
    return script;
  }

  /** The compiled form whose positions a stack names; null for a file that is no script of ours. */
  readonly unitOf = (file: string): CompiledUnit | null => {
    const record = this.#records.get(file);
    return record?.kind === "compiled" ? (record.compiled.forms.values().next().value ?? null) : null;
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

  /** Drops the files that a test accepts. */
  clearWhere(test: (file: string) => boolean): void {
    for (const file of this.#records.keys()) if (test(file)) this.#records.delete(file);
  }

  #current(file: string): FileRecord | null {
    const record = this.#records.get(file);
    if (record && !record.isStale) return this.#keep(file, record);
    const source = this.#options.readText(file);
    if (source === null) {
      this.#records.delete(file);
      return null;
    }
    if (record?.source === source) {
      record.isStale = false;
      return this.#keep(file, record);
    }
    return this.#keep(file, this.#compile(file, source));
  }

  #compile(file: string, source: string): FileRecord {
    const directives = parseDirectives(source);
    const tooLarge = this.sources.errorOf(source, file);
    if (tooLarge !== null) return { kind: "broken", source, error: tooLarge, directives, isStale: false };
    try {
      const loopLimitMs = directives.effective["loop-limit"] ?? this.#options.loopLimitDefaultMs ?? 0;
      const prepared = prepareScript(source, file, { guarded: loopLimitMs > 0 });
      const compiled = { file, prepared, directives, loopLimitMs, forms: new Map() };
      this.#options.onCompiled?.();
      return { kind: "compiled", source, compiled, isStale: false };
    } catch (error) {
      return { kind: "broken", source, error, directives, isStale: false };
    }
  }

  #keep(file: string, record: FileRecord): FileRecord {
    this.#records.delete(file);
    this.#records.set(file, record);
    const oldest =
      this.#records.size > this.#options.compiledMax ? this.#records.keys().next().value : undefined;
    if (oldest !== undefined) {
      this.#records.delete(oldest);
      this.#evicted++;
    }
    return record;
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
