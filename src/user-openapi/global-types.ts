import { type Json, type JsonObject, listAt, objectAt, toObject } from "./json.ts";

/**
 * The schema of a type that the language itself names; `{}` for every other name.
 *
 * @param schemas Reads the type arguments.
 * @param resolve Follows a `$ref` to the object behind it, whose members `Partial` and its like change.
 */
export function readGlobalType(
  name: string,
  schemas: () => readonly JsonObject[],
  resolve: (schema: JsonObject) => JsonObject,
): JsonObject {
  const [first = {}, second = {}] = schemas();
  switch (name) {
    case "Array":
    case "ReadonlyArray":
      return { type: "array", items: first };
    case "Promise":
    case "PromiseLike":
    case "Awaited":
    case "Readonly":
    case "NonNullable":
      return first;
    case "Date":
      return { type: "string", format: "date-time" };
    case "URL":
      return { type: "string", format: "uri" };
    case "Buffer":
    case "Uint8Array":
    case "ArrayBuffer":
    case "Blob":
      return { type: "string", format: "binary" };
    case "Record": {
      const keys = listAt(first, "enum").filter((key) => typeof key === "string");
      return keys.length > 0
        ? { type: "object", properties: toObject(keys.map((key) => [key, second])), required: keys }
        : { type: "object", additionalProperties: second };
    }
    case "Partial":
      return without(resolve(first), ["required"]);
    case "Required": {
      const object = resolve(first);
      const names = Object.keys(objectAt(object, "properties"));
      return names.length > 0 ? { ...object, required: names } : object;
    }
    case "Pick":
    case "Omit":
      return select(resolve(first), listAt(second, "enum"), name === "Pick");
    default:
      return {};
  }
}

function select(object: JsonObject, names: readonly Json[], keep: boolean): JsonObject {
  const isKept = (name: Json) => names.includes(name) === keep;
  const required = listAt(object, "required").filter(isKept);
  return toObject([
    ...Object.entries(without(object, ["properties", "required"])),
    ["properties", toObject(Object.entries(objectAt(object, "properties")).filter(([name]) => isKept(name)))],
    ["required", required.length > 0 ? required : undefined],
  ]);
}

function without(object: JsonObject, names: readonly string[]): JsonObject {
  return toObject(Object.entries(object).filter(([name]) => !names.includes(name)));
}
