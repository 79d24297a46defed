import { Turns } from "../base/turns.ts";
import { toYaml } from "../base/yaml.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** How deep the document is taken apart: `components`, their sections, and what is in them; `paths` have one level less. */
const LEVELS = 2;

/**
 * Writes a document as YAML, part by part: the text of 2,000 scripts takes half a second, in which nobody else would be
 * answered.
 */
export async function writeYaml(document: JsonObject): Promise<string> {
  if (!isParent(document)) return toYaml(document);
  const lines: string[] = [];
  const turns = new Turns();
  for (const [part, indent] of partsOf(document, 0)) {
    lines.push(indent === "" ? part() : part().replace(/^(?=.)/gm, indent));
    await turns.next();
  }
  return lines.join("");
}

/** The text of each part with the white space that goes before its lines. */
function* partsOf(
  value: JsonObject,
  level: number,
): Generator<readonly [part: () => string, indent: string]> {
  const indent = "  ".repeat(level);
  for (const [name, inner] of Object.entries(value)) {
    const heading = level < LEVELS && isParent(inner) ? headingOf(name) : null;
    if (heading !== null && isParent(inner)) {
      yield [() => heading, indent];
      yield* partsOf(inner, level + 1);
    } else yield [() => toYaml({ [name]: inner }), indent];
  }
}

/** The line above what belongs to a name; null for a name that YAML writes over several lines. */
function headingOf(name: string): string | null {
  const text = toYaml({ [name]: null });
  return /^(?!\? ).*: null\n$/.test(text) ? `${text.slice(0, -" null\n".length)}\n` : null;
}

/** An empty object is written in one line, so it is no parent. */
function isParent(value: Json): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).length > 0;
}
