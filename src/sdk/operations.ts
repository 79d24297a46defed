import { isRecord } from "../base/realm.ts";
import { type ApiDocument, memberOf, unusable } from "./document.ts";

/** One operation of an API, as far as passing requests on to it needs. */
export interface ApiOperation {
  /** In upper case. */
  readonly method: string;
  /** Path as the document writes it: `/users/{id}`. */
  readonly path: string;
  /** Address the path is appended to, without a slash at its end. */
  readonly server: string;
  /** One line about it; "" for none. */
  readonly description: string;
}

/** What was found in a document. */
export interface FoundOperations {
  readonly operations: readonly ApiOperation[];
  /** `GET /path: reason` of those that no script can stand for. */
  readonly skipped: readonly string[];
}

/** How operations are read. */
export interface ReadOptions {
  /** Address the document came from; addresses in it may be relative to it. */
  readonly sourceUrl: URL;
  readonly operationsMax: number;
  /** Why requests must not be passed on to an address; null when they may. */
  readonly reasonAgainstServer: (url: URL) => string | null;
}

/** Methods that a script can be called with and can pass on; OPTIONS is answered before scripts, fetch refuses TRACE. */
const METHODS = ["get", "head", "post", "put", "patch", "delete"];

/** Longest chain of references from a path to its operations. */
const REFERENCES_MAX = 10;

const PATH_CHARACTERS_MAX = 1000;
const SEGMENTS_MAX = 50;
/** Longest description, in code points. */
const DESCRIPTION_MAX = 200;
/** Placeholders in one segment: matching more of them could take long. */
const PLACEHOLDERS_MAX = 3;

/**
 * The operations of a document, in its order.
 *
 * @throws {ExecError} `sourceUnusable` when there are none, or too many.
 */
export function readOperations(document: ApiDocument, options: ReadOptions): FoundOperations {
  const { sourceUrl, operationsMax, reasonAgainstServer } = options;
  const operations: ApiOperation[] = [];
  const skipped: string[] = [];
  const paths = memberOf(document, "paths");
  for (const [path, given] of Object.entries(isRecord(paths) ? paths : {})) {
    const item = resolveReference(document, given);
    for (const method of METHODS) {
      const operation = resolveReference(document, memberOf(item, method));
      if (!isRecord(operation)) continue;
      const server = toServer(document, [operation, item, document], sourceUrl);
      const refusal = server === null ? "is no URL" : reasonAgainstServer(new URL(server));
      const reason = refusal === null ? reasonAgainstPath(path) : `the address of its server ${refusal}`;
      if (server === null || reason !== null)
        skipped.push(`${method.toUpperCase()} ${toShownPath(path)}: ${reason}`);
      else
        operations.push({
          method: method.toUpperCase(),
          path,
          server,
          description: toDescription(operation),
        });
      if (operations.length + skipped.length > operationsMax)
        throw unusable(`it has more than ${operationsMax} operations`, { limit: "sdkOperationsMax" });
    }
  }
  if (operations.length === 0) {
    const why = skipped[0] === undefined ? "" : ` (${skipped[0]})`;
    throw unusable(`it has no operation that a script can stand for${why}`);
  }
  return { operations, skipped };
}

/** What `$ref` leads to inside the document; undefined where it leads nowhere, or in a circle. */
function resolveReference(document: ApiDocument, value: unknown): unknown {
  let found = value;
  for (let depth = 0; depth < REFERENCES_MAX; depth++) {
    const reference = memberOf(found, "$ref");
    if (typeof reference !== "string") return found;
    found = reference.startsWith("#/") ? followPointer(document, reference.slice(2)) : undefined;
  }
  return undefined;
}

/** JSON Pointer in a URI fragment (RFC 6901 §6). */
function followPointer(document: ApiDocument, pointer: string): unknown {
  return pointer.split("/").reduce<unknown>((at, part) => {
    const name = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
    return memberOf(at, name);
  }, document);
}

/** The address of the nearest `servers`; that of the document itself when there are none (OpenAPI 3.0 §4.7.5). */
function toServer(document: ApiDocument, holders: readonly unknown[], sourceUrl: URL): string | null {
  const servers = holders.map((holder) => memberOf(holder, "servers"));
  const first = servers.find((each) => Array.isArray(each) && each.length > 0);
  const server: unknown = Array.isArray(first) ? first[0] : { url: serverOfVersion2(document, sourceUrl) };
  const template = memberOf(server, "url");
  if (typeof template !== "string") return null;
  const variables = memberOf(server, "variables");
  const text = template.replace(/\{([^{}]+)\}/g, (placeholder, name: string) =>
    String(memberOf(memberOf(variables, name), "default") ?? placeholder),
  );
  const url = /[{}]/.test(text) ? null : URL.parse(text, sourceUrl.href);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function serverOfVersion2(document: ApiDocument, sourceUrl: URL): string {
  const [host, basePath, schemes] = ["host", "basePath", "schemes"].map((name) => memberOf(document, name));
  const scheme =
    Array.isArray(schemes) && !schemes.includes("https") && schemes[0] === "http" ? "http:" : "https:";
  const origin =
    typeof host === "string" ? `${host === sourceUrl.host ? sourceUrl.protocol : scheme}//${host}` : "";
  return `${origin}${typeof basePath === "string" ? basePath : "/"}`;
}

function reasonAgainstPath(path: string): string | null {
  const segments = path.split("/").filter((segment) => segment !== "");
  if (!path.startsWith("/") || /[?#\\\u0000-\u001F\u007F\u2028\u2029]/.test(path) || !path.isWellFormed())
    return "it is no path";
  if (path.length > PATH_CHARACTERS_MAX || segments.length > SEGMENTS_MAX) return "its path is too long";
  if (segments.some((segment) => /^\.{1,2}$/.test(decoded(segment)) || /[/\0\\]/.test(decoded(segment))))
    return "its path leads elsewhere";
  return segments.some((segment) => segment.split("{").length - 1 > PLACEHOLDERS_MAX)
    ? `a part of its path has more than ${PLACEHOLDERS_MAX} placeholders`
    : null;
}

/** It stands in the marker of the import. */
function toShownPath(path: string): string {
  return path.length > PATH_CHARACTERS_MAX ? `${path.slice(0, PATH_CHARACTERS_MAX)}…` : path;
}

/** The document comes from elsewhere: what is put into a comment stays one line of it. */
function toDescription(operation: Record<string, unknown>): string {
  const found = ["summary", "description", "operationId"]
    .map((name) => memberOf(operation, name))
    .find((text) => typeof text === "string" && text.trim() !== "");
  const line = String(found ?? "").replace(/[\s\u0000-\u001F\u007F-\u009F\u2028\u2029]+/g, " ");
  return [...line.trim().toWellFormed()].slice(0, DESCRIPTION_MAX).join("");
}

/** A part of a path without percent-encoding; as it is where that is broken. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
