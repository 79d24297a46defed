import { isError, isRecord } from "../base/realm.ts";
import { ExecError, type ExecErrorOptions } from "../errors/exec-error.ts";

/** An OpenAPI document as it was written; its names may be anything, so ask with {@link memberOf}. */
export type ApiDocument = Readonly<Record<string, unknown>>;

/** Longest piece of a parser's message that is repeated, in characters. */
const MESSAGE_MAX = 200;

/**
 * Reads an OpenAPI document, JSON or YAML.
 *
 * Aliases of YAML are resolved by the runtime, which refuses those that multiply without end; nothing here walks the
 * document as a tree.
 *
 * @throws {ExecError} `sourceUnusable` for other texts, and for versions that are neither 2.0 nor 3.x.
 */
export function parseDocument(text: string): ApiDocument {
  const document = parseText(text);
  if (!isRecord(document)) throw unusable("it holds no object");
  const version = String(memberOf(document, "openapi") ?? memberOf(document, "swagger") ?? "none");
  // Unquoted in YAML, 3.0 is a number.
  if (!/^(?:3(?:\.|$)|2(?:\.0)?$)/.test(version)) {
    throw unusable(`it is no OpenAPI document of version 3 or 2.0 (${version.slice(0, 20)})`);
  }
  return document;
}

/** A member of an object of the document by its own name; undefined for anything else. */
export function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The refusal of a document. */
export function unusable(reason: string, options: Pick<ExecErrorOptions, "cause" | "limit"> = {}): ExecError {
  return new ExecError("sourceUnusable", `Cannot import the source: ${reason}`, {
    details: { field: "source_url", reason },
    ...options,
  });
}

function parseText(text: string): unknown {
  try {
    return /^\s*\{/.test(text) ? JSON.parse(text) : Bun.YAML.parse(text);
  } catch (error) {
    const message = isError(error) ? error.message.slice(0, MESSAGE_MAX) : "";
    throw unusable(`it is neither JSON nor YAML that can be read: ${message}`, { cause: error });
  }
}
