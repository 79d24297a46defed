import { isJsonObject, type Json, type JsonObject, objectAt, toObject } from "./json.ts";
import { OBJECTS } from "./openapi-objects.ts";
import { changeRefs, pointerOf, toRef } from "./refs.ts";

/** Schemas in the form of OpenAPI 3.0, with those they refer to by `#/components/schemas/…`. */
export interface ConvertedSchema {
  readonly schema: JsonObject;
  /** By name. */
  readonly components: JsonObject;
}

/**
 * Writes a JSON Schema as OpenAPI 3.0 has schemas (OpenAPI 3.0.3 §4.7.24): one type, `nullable`, no `const`, no tuples, and
 * definitions among the document's components.
 *
 * What OpenAPI 3.0 cannot say (`if`, `patternProperties`, `contains`, …) is left out, which makes the schema wider, never
 * narrower. A `$ref` that leads elsewhere becomes a schema that takes anything.
 *
 * @param name For the schema itself where it refers to itself by `#`; names of definitions follow it.
 */
export function fromJsonSchema(root: Json, name: string): ConvertedSchema {
  if (!isJsonObject(root)) return { schema: convert(root), components: {} };
  const definitions = new Map<string, Json>();
  for (const place of ["$defs", "definitions"]) {
    for (const [key, each] of Object.entries(objectAt(root, place))) {
      definitions.set(`${place}/${key}`, each);
    }
  }
  const refersToItself = JSON.stringify(root).includes('"$ref":"#"');
  const namesOf = nameAll([...definitions.keys()], name);
  const redirect = (ref: string): string => {
    if (ref === "#") return toRef("components", "schemas", name);
    if (/^https?:\/\//i.test(ref)) return ref;
    const target = ref.startsWith("#/") ? namesOf.get(pointerOf(ref).slice(0, 2).join("/")) : undefined;
    return target === undefined || pointerOf(ref).length > 2 ? "" : toRef("components", "schemas", target);
  };
  const converted = (value: Json) => convert(changeRefs(value, redirect));
  const own = converted(root) as JsonObject;
  const components = [...definitions].map(
    ([key, each]) => [namesOf.get(key) ?? key, converted(each)] as const,
  );
  return {
    schema: refersToItself ? { $ref: redirect("#") } : own,
    components: toObject(refersToItself ? [...components, [name, own] as const] : components),
  };
}

/** `$defs/Item` of the schema `Order` becomes `Order.Item`, in letters that names of components may have. */
function nameAll(keys: readonly string[], name: string): ReadonlyMap<string, string> {
  const taken = new Set<string>([name]);
  const lastNumbers = new Map<string, number>();
  return new Map(
    keys.map((key) => {
      const plain = `${name}.${key.slice(key.indexOf("/") + 1).replace(/[^a-zA-Z0-9._-]/g, "_")}`;
      let unique = plain;
      while (taken.has(unique)) {
        const count = (lastNumbers.get(plain) ?? 1) + 1;
        lastNumbers.set(plain, count);
        unique = `${plain}_${count}`;
      }
      taken.add(unique);
      return [key, unique];
    }),
  );
}

const NULL: JsonObject = { nullable: true, enum: [null] };

function convert(schema: Json): JsonObject {
  if (schema === false) return { not: {} };
  if (!isJsonObject(schema)) return {};
  const { $ref } = schema;
  if (typeof $ref === "string") return $ref === "" ? {} : { $ref };
  const { members } = OBJECTS.schema;
  const kept = Object.entries(schema).flatMap(([name, value]): [string, Json][] => {
    const written = convertMember(name, value, schema);
    return written === undefined || !(Object.hasOwn(members, name) || name.startsWith("x-"))
      ? []
      : [[name, written]];
  });
  return withType(schema, toObject([...kept, ...derivedMembers(schema)]));
}

/** undefined for a member that OpenAPI 3.0 writes otherwise. */
function convertMember(name: string, value: Json, schema: JsonObject): Json | undefined {
  switch (name) {
    case "type":
      return undefined;
    case "not":
      return convert(value);
    case "allOf":
    case "anyOf":
    case "oneOf":
      return Array.isArray(value) && value.length > 0 ? (value as readonly Json[]).map(convert) : undefined;
    case "items":
      return Array.isArray(value) ? undefined : convert(value);
    case "properties":
      return toObject(Object.entries(objectAt(schema, name)).map(([key, each]) => [key, convert(each)]));
    case "additionalProperties":
      return typeof value === "boolean" ? value : convert(value);
    case "exclusiveMaximum":
    case "exclusiveMinimum":
      return typeof value === "boolean" ? value : undefined;
    case "required":
      return Array.isArray(value) && value.length > 0 ? value : undefined;
    case "enum":
      return Array.isArray(value) && value.length > 0 ? value : undefined;
    default:
      return value;
  }
}

function derivedMembers(schema: JsonObject): readonly [string, Json][] {
  const derived: [string, Json][] = [];
  const { const: only, examples, exclusiveMaximum, exclusiveMinimum, items, prefixItems } = schema;
  if (only !== undefined) derived.push(["enum", [only]]);
  if (Array.isArray(examples) && examples.length > 0 && !Object.hasOwn(schema, "example")) {
    derived.push(["example", (examples as readonly Json[])[0] ?? null]);
  }
  if (typeof exclusiveMaximum === "number") {
    derived.push(["maximum", exclusiveMaximum], ["exclusiveMaximum", true]);
  }
  if (typeof exclusiveMinimum === "number") {
    derived.push(["minimum", exclusiveMinimum], ["exclusiveMinimum", true]);
  }
  const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : null;
  // Further elements may be anything, unless it is said that there are none.
  if (tuple !== null) derived.push(["items", {}]);
  return derived;
}

/** OpenAPI 3.0 has one type, and `null` is not among them. */
function withType(schema: JsonObject, written: JsonObject): JsonObject {
  const { type } = schema;
  const types = (Array.isArray(type) ? (type as readonly Json[]) : type === undefined ? [] : [type]).filter(
    (each) => typeof each === "string",
  );
  const [first, ...others] = types.filter((each) => each !== "null");
  const nullable = types.includes("null") ? { nullable: true } : {};
  if (first === undefined) return types.length === 0 ? written : { ...written, ...NULL };
  if (others.length > 0) {
    const anyOf = [first, ...others].map((each) => withItems({ type: each }));
    if (Object.hasOwn(written, "anyOf")) return { allOf: [{ anyOf, ...nullable }, withoutType(written)] };
    return { ...written, anyOf, ...nullable };
  }
  return withItems({ type: first, ...written, ...nullable });
}

function withoutType(schema: JsonObject): JsonObject {
  return toObject(Object.entries(schema).filter(([name]) => name !== "type"));
}

/** A list of anything, too, has to say so. */
function withItems(schema: JsonObject): JsonObject {
  return schema["type"] === "array" && !Object.hasOwn(schema, "items") ? { ...schema, items: {} } : schema;
}
