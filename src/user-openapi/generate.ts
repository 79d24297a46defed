import { inTurns } from "../base/turns.ts";
import { type ParsedDirectives, parseDirectives } from "../directives/parse.ts";
import { ExecError, isExecError } from "../errors/exec-error.ts";
import { readDetails } from "../scripts/directory.ts";
import type { ScriptStore } from "../scripts/store.ts";
import { readCompanion } from "./companion.ts";
import { DocumentBuilder, type DocumentInfo, type Part } from "./document-builder.ts";
import type { Json, JsonObject } from "./json.ts";
import { describeScript } from "./operation.ts";
import type { ScriptRoute } from "./script-routes.ts";
import { mergeShapes, readSourceShapes, type Shapes } from "./source-shapes.ts";

/** Largest companion, in bytes; a larger one counts as unreadable. */
const COMPANION_BYTES_MAX = 1024 ** 2;

/** What one document is made of. */
export interface GenerateOptions {
  readonly info: DocumentInfo;
  readonly servers: readonly Json[];
  /** Bytes of scripts and companions that one document may be made of. */
  readonly bytesMax: number;
}

/**
 * Writes the OpenAPI 3.0 document of scripts (control-api.md §13). No script is run.
 *
 * @returns A document whose `x-schema-errors` names what could not be used, if anything.
 * @throws {ExecError} `documentTooLarge`
 */
export async function generateDocument(
  scripts: ScriptStore,
  found: readonly ScriptRoute[],
  { info, servers, bytesMax }: GenerateOptions,
): Promise<{ readonly document: JsonObject; readonly pathCount: number }> {
  const builder = new DocumentBuilder(info, servers);
  const errors: Json[] = [];
  const reader = new ScriptReader(scripts, bytesMax);
  const fileOf = new Map<string, string>();
  for (const script of found) {
    const { route, path } = script;
    const taken = builder.pathLike(route.path);
    if (taken !== undefined) {
      errors.push({ file: path, error: `OpenAPI has one path for it and "${fileOf.get(taken)}": ${taken}` });
      continue;
    }
    fileOf.set(route.path, path);
    const { part, failures } = await reader.read(script);
    builder.addPath(route.path, part);
    errors.push(...failures);
  }
  if (errors.length > 0) builder.note("x-schema-errors", errors);
  return { document: await inTurns(builder.building()), pathCount: builder.pathCount };
}

/** Reads scripts and companions up to a number of bytes in all. */
export class ScriptReader {
  readonly #scripts: ScriptStore;
  readonly #bytesMax: number;
  #bytesRead = 0;

  constructor(scripts: ScriptStore, bytesMax: number) {
    this.#scripts = scripts;
    this.#bytesMax = bytesMax;
  }

  /**
   * The directives of a script.
   *
   * @returns null when the file cannot be read, which is no failure of whoever asks about many.
   */
  async readDirectives({ file }: ScriptRoute): Promise<ParsedDirectives | null> {
    const source = await this.#readText(file);
    return source.kind === "text" ? parseDirectives(source.text) : null;
  }

  /** The path of a script, and what of it could not be used. */
  async read(script: ScriptRoute): Promise<{ readonly part: Part; readonly failures: readonly Json[] }> {
    const { file, path, route, companion } = script;
    const failures: Json[] = [];
    const name = toComponentName(path);
    const source = await this.#readText(file);
    if (source.kind === "failed") failures.push({ file: path, error: source.reason });
    const directives = source.kind === "text" ? parseDirectives(source.text) : null;
    const readShapes = (): Shapes =>
      source.kind === "text" && directives !== null
        ? readSourceShapes(source.text, { file, name, directives })
        : { components: {}, methods: [] };
    if (companion === null) return { part: describeScript(route, readShapes(), directives), failures };

    const text = await this.#readText(companion.file, COMPANION_BYTES_MAX);
    const reading =
      text.kind === "text"
        ? readCompanion(text.text, { format: companion.format, route, name })
        : ({ kind: "refused", errors: [text.reason] } as const);
    if (reading.kind === "part") return { part: reading.part, failures };
    if (reading.kind === "refused") {
      failures.push({ file: companion.path, error: reading.errors.join("; ") });
      return { part: describeScript(route, readShapes(), directives), failures };
    }
    return { part: describeScript(route, mergeShapes(readShapes(), reading.shapes), directives), failures };
  }

  async #readText(
    file: string,
    fileBytesMax = Number.POSITIVE_INFINITY,
  ): Promise<
    { readonly kind: "text"; readonly text: string } | { readonly kind: "failed"; readonly reason: string }
  > {
    const size = readDetails(this.#scripts.root, file)?.size ?? 0;
    if (size > fileBytesMax)
      return { kind: "failed", reason: `it is over the limit of ${fileBytesMax} bytes` };
    this.#bytesRead += size;
    if (this.#bytesRead > this.#bytesMax) {
      throw new ExecError("documentTooLarge", undefined, {
        details: {
          field: "directory",
          reason: `its scripts and schemas have more than ${this.#bytesMax} bytes`,
          maxBytes: this.#bytesMax,
        },
        limit: "openapiBytesMax",
      });
    }
    try {
      return { kind: "text", text: (await this.#scripts.readText(file)).text };
    } catch (error) {
      if (!isExecError(error)) throw error;
      return { kind: "failed", reason: error.message };
    }
  }
}

/** `users/[id].ts` → `users_id`. */
function toComponentName(path: string): string {
  const words = path.replace(/\.[tj]s$/, "").match(/[A-Za-z0-9]+/g) ?? ["script"];
  return words.join("_");
}
