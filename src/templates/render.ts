import { isRecord } from "../base/realm.ts";
import { type Place, placesOf } from "./places.ts";
import type { Template, TemplateVariables } from "./template.ts";

const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;

/** Whatever could end the string, template literal or line in which a placeholder stands. */
const BREAKING_OUT = /["'`\\$\u0000-\u001F\u007F-\u009F\u2028\u2029]|[\uD800-\uDFFF]/gu;

/**
 * Fills the placeholders of a template.
 *
 * In a string or a regular expression a value stays inside: what could end it is written as `\uXXXX`. In a comment it is
 * one line. Anywhere else it becomes code, as it was given. A placeholder without a value stays as it is, and a value is
 * never looked through for placeholders.
 *
 * @param variables Texts, numbers and booleans as they are, objects and arrays as their JSON; null is no value.
 */
export function renderTemplate(
  { code, metadata }: Pick<Template, "code" | "metadata">,
  variables: TemplateVariables,
): string {
  const values = withDefaults({ metadata }, variables);
  const places = placesOf(
    code,
    [...code.matchAll(PLACEHOLDER)].map(({ index }) => index),
  );
  let next = 0;
  return code.replace(PLACEHOLDER, (placeholder, name: string) => {
    const place = places[next++] ?? "string";
    const text = values.get(name);
    return text === undefined ? placeholder : IN_PLACE[place](text);
  });
}

/** Names of the params that are required and have neither a value nor a default, in their order. */
export function missingVariables(
  { metadata }: Pick<Template, "metadata">,
  variables: TemplateVariables,
): readonly string[] {
  const values = withDefaults({ metadata }, variables);
  return metadata.params
    .filter((param) => typeof param === "string" || param.required === true)
    .map((param) => (typeof param === "string" ? param : param.name))
    .filter((name) => !values.has(name));
}

/** A map, so that `constructor` and `__proto__` are names like any other. */
function withDefaults(
  { metadata }: Pick<Template, "metadata">,
  variables: TemplateVariables,
): ReadonlyMap<string, string> {
  const defaults = metadata.params.flatMap((param) =>
    typeof param === "string" ? [] : [[param.name, param.default] as const],
  );
  const given = [...defaults, ...Object.entries(variables)].filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return new Map(given.map(([name, value]) => [name, toText(value)]));
}

function toText(value: unknown): string {
  return isRecord(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}

const IN_PLACE: Readonly<Record<Place, (text: string) => string>> = {
  code: (text) => text.toWellFormed(),
  string: toStringContent,
  lineComment: toOneLine,
  blockComment: (text) => toOneLine(text).replaceAll("*/", "* /"),
};

function toOneLine(text: string): string {
  return text.replace(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]+/g, " ").toWellFormed();
}

function toStringContent(text: string): string {
  return text.replace(BREAKING_OUT, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
