import { type JsonObject, listAt } from "./json.ts";

/** One schema for several: literals of one type become an `enum`, `null` becomes `nullable`. */
export function toUnion(schemas: readonly JsonObject[]): JsonObject {
  const isNull = (schema: JsonObject) => schema["nullable"] === true && schema["type"] === undefined;
  const others = schemas.filter((schema) => !isNull(schema));
  const nullable = others.length < schemas.length;
  const [first] = others;
  if (first === undefined) return schemas[0] ?? {};
  if (others.some((schema) => Object.keys(schema).length === 0)) return {};
  const one = others.length === 1 ? first : (toEnum(others) ?? { anyOf: dedupe(others) });
  if (!nullable) return one;
  if (typeof one["$ref"] === "string") return { allOf: [one], nullable: true };
  const values = listAt(one, "enum");
  return values.length > 0 ? { ...one, nullable: true, enum: [...values, null] } : { ...one, nullable: true };
}

function toEnum(schemas: readonly JsonObject[]): JsonObject | null {
  const type = schemas[0]?.["type"];
  const areLiterals = schemas.every((schema) => schema["type"] === type && Object.hasOwn(schema, "enum"));
  if (!areLiterals || type === undefined) return null;
  return { type, enum: [...new Set(schemas.flatMap((schema) => listAt(schema, "enum")))] };
}

function dedupe(schemas: readonly JsonObject[]): readonly JsonObject[] {
  return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
}
