import { isObject } from "../base/realm.ts";
import { isJsonObject, type Json, type JsonObject, toObject } from "./json.ts";

/** Every `$ref` of a value, at any depth. */
export function findRefs(value: Json): ReadonlySet<string> {
  const refs = new Set<string>();
  const waiting: Json[] = [value];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    if (!isObject(each)) continue;
    if (isJsonObject(each) && typeof each["$ref"] === "string") refs.add(each["$ref"]);
    // One by one: a call takes no hundred thousand arguments.
    for (const inner of Object.values(each) as Json[]) waiting.push(inner);
  }
  return refs;
}

/** The same value with other `$ref`s. */
export function changeRefs(value: Json, change: (ref: string) => string): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => changeRefs(each, change));
  if (!isJsonObject(value)) return value;
  return toObject(
    Object.entries(value).map(([name, each]) => [
      name,
      name === "$ref" && typeof each === "string" ? change(each) : changeRefs(each, change),
    ]),
  );
}

/** What a `$ref` within a document leads to; undefined when it leads nowhere (RFC 6901). */
export function resolveRef(document: JsonObject, ref: string): Json | undefined {
  let at: Json | undefined = document;
  for (const token of pointerOf(ref)) {
    if (Array.isArray(at)) at = (at as readonly Json[])[Number(token)];
    else at = isJsonObject(at) && Object.hasOwn(at, token) ? at[token] : undefined;
  }
  return at;
}

/** Why a `$ref` cannot stand in a document that is served by itself; null when it can. */
export function faultOfRef(document: JsonObject, ref: string): string | null {
  if (/^https?:\/\//i.test(ref)) return null;
  if (ref !== "#" && !ref.startsWith("#/")) return `$ref "${ref}" leads to another file`;
  return resolveRef(document, ref) === undefined ? `$ref "${ref}" leads nowhere` : null;
}

/** `#/components/schemas/A~1B` → `components`, `schemas`, `A/B`. */
export function pointerOf(ref: string): readonly string[] {
  return ref
    .slice(1)
    .split("/")
    .slice(1)
    .map((token) => decode(token).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The `$ref` of something below the document's root. */
export function toRef(...tokens: readonly string[]): string {
  const escaped = tokens.map((token) => encodeURI(token.replaceAll("~", "~0").replaceAll("/", "~1")));
  return `#/${escaped.join("/")}`;
}

function decode(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token; // Not percent-encoded, then: the name itself holds the sign.
  }
}
