import { checkDocument } from "./check.ts";
import { METHODS, type Part } from "./document-builder.ts";
import {
  hasMoreParts,
  isJsonObject,
  isTooDeep,
  type Json,
  type JsonObject,
  listAt,
  objectAt,
  toObject,
} from "./json.ts";
import { fromJsonSchema } from "./json-schema.ts";
import { describeScript, toPathParameters } from "./operation.ts";
import { type OpenApiPath, templatesOf, withoutTemplateNames } from "./paths.ts";
import { changeRefs, pointerOf, resolveRef, toRef } from "./refs.ts";
import { fromSchemaObject, SHAPE_NAMES, type Shapes } from "./source-shapes.ts";

/** What a companion file holds: OpenAPI, or plain JSON Schema. */
export type CompanionFormat = "openapi-json" | "json-schema";

/** Most parts of a path with what its parameters refer to written out; 1 MB of JSON has at most half of that. */
const PARTS_MAX = 1_000_000;

/** What a companion says about its script, or why it cannot be used. */
export type CompanionReading =
  | { readonly kind: "part"; readonly part: Part; readonly value: JsonObject }
  /** JSON Schemas; what the source says beside them still counts. */
  | { readonly kind: "shapes"; readonly shapes: Shapes; readonly value: JsonObject }
  | { readonly kind: "refused"; readonly errors: readonly string[]; readonly value: JsonObject | null };

/**
 * Reads the companion of a script.
 *
 * `name.openapi.json` is a whole document, whose path becomes the script's own; or a path item; or one operation with
 * `method`; the last two may bring `components`. `name.schema.json` is the JSON Schema of the body, or an object with
 * `params`, `query`, `body` and `response`.
 *
 * @param name For components that have none of their own.
 */
export function readCompanion(
  text: string,
  { format, route, name }: { format: CompanionFormat; route: OpenApiPath; name: string },
): CompanionReading {
  const parsed = parseCompanion(text);
  if (typeof parsed === "string") return { kind: "refused", errors: [parsed], value: null };
  if (isTooDeep(parsed)) return { kind: "refused", errors: ["it is nested too deep"], value: null };
  const reading = format === "json-schema" ? readSchema(parsed, route, name) : readOpenApi(parsed, route);
  return { ...reading, value: parsed };
}

/** The object a companion's text holds, or what is wrong with it. */
export function parseCompanion(text: string): JsonObject | string {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return isJsonObject(value) ? value : "it is no JSON object";
  } catch (error) {
    return `it is no JSON: ${(error as Error).message}`;
  }
}

type Reading =
  | { readonly kind: "part"; readonly part: Part }
  | { readonly kind: "shapes"; readonly shapes: Shapes }
  | { readonly kind: "refused"; readonly errors: readonly string[] };

function refuse(...errors: readonly string[]): Reading {
  return { kind: "refused", errors };
}

function readSchema(value: JsonObject, route: OpenApiPath, name: string): Reading {
  const isSet = Object.keys(value).length > 0 && Object.keys(value).every((key) => isShapeName(key));
  const { schema, components } = isSet ? { schema: {}, components: {} } : fromJsonSchema(value, name);
  const shapes = isSet ? fromSchemaObject(value, name) : { body: schema, components, methods: [] };
  if (shapes === null) return refuse("it is no JSON Schema");
  const { item, components: used } = describeScript(route, shapes, null);
  const errors = checkDocument(toDocument(route.path, item, used));
  return errors.length > 0 ? refuse(...errors) : { kind: "shapes", shapes };
}

function isShapeName(key: string): boolean {
  return (SHAPE_NAMES as readonly string[]).includes(key);
}

function readOpenApi(value: JsonObject, route: OpenApiPath): Reading {
  if (Object.hasOwn(value, "openapi") || Object.hasOwn(value, "paths")) return readDocument(value, route);
  const { components, method, ...rest } = value;
  if (typeof method === "string") {
    const known = METHODS.find((each) => each === method.toLowerCase());
    if (known === undefined) return refuse(`method must be one of ${METHODS.join(", ")}`);
    return fit(
      toObject([[known, rest as JsonObject]]),
      route.path,
      route,
      objectAt({ components: components ?? {} }, "components"),
    );
  }
  if (METHODS.some((each) => isJsonObject(value[each]))) {
    return fit(
      rest as JsonObject,
      route.path,
      route,
      objectAt({ components: components ?? {} }, "components"),
    );
  }
  return refuse("it is neither an OpenAPI document, nor a path item, nor an operation with method");
}

function readDocument(document: JsonObject, route: OpenApiPath): Reading {
  const faults = checkDocument(document);
  if (faults.length > 0) return refuse(...faults);
  const paths = Object.keys(objectAt(document, "paths")).filter((path) => path.startsWith("/"));
  const wanted = withoutTemplateNames(route.path);
  const path =
    paths.find((each) => each === route.path) ??
    paths.find((each) => withoutTemplateNames(each) === wanted) ??
    (paths.length === 1 ? paths[0] : undefined);
  if (path === undefined) {
    return refuse(`paths has ${paths.length} entries, and none of them is "${route.path}"`);
  }
  const item = objectAt(objectAt(document, "paths"), path);
  const reading = fit(inheritWhole(item, document), path, route, objectAt(document, "components"));
  return reading.kind === "part"
    ? { kind: "part", part: { ...reading.part, tags: listAt(document, "tags") } }
    : reading;
}

/** What the document says for all of its operations moves into those that are taken out of it. */
function inheritWhole(item: JsonObject, document: JsonObject): JsonObject {
  const { security, servers } = document;
  const members = Object.entries(item).map(([name, value]): [string, Json] => {
    const inherits =
      security !== undefined && isMethod(name) && isJsonObject(value) && !Object.hasOwn(value, "security");
    return [name, inherits && isJsonObject(value) ? { ...value, security } : value];
  });
  const inherited = servers !== undefined && !Object.hasOwn(item, "servers") ? { servers } : {};
  return { ...toObject(members), ...inherited };
}

/** Writes a path item for the script's own route, and looks whether a document with it is one. */
function fit(item: JsonObject, path: string, route: OpenApiPath, components: JsonObject): Reading {
  if (Object.hasOwn(item, "$ref")) return refuse("a path item must not be a $ref");
  const moved = (value: Json) => changeRefs(value, (ref) => movedRef(ref, path, route.path));
  const here = moved(item) as JsonObject;
  const used = moved(components) as JsonObject;
  const names = templateNames(path, route);
  const root: JsonObject = { components: used };
  const strays = new Set<string>();
  const rename = (owner: JsonObject): JsonObject => {
    if (!Array.isArray(owner["parameters"])) return owner;
    const parameters = listAt(owner, "parameters").map((each) => {
      const parameter = inlined(each, root);
      if (!isJsonObject(parameter) || parameter["in"] !== "path") return each;
      const name = names.get(String(parameter["name"]));
      if (name === undefined) strays.add(String(parameter["name"]));
      return { ...parameter, name: name ?? parameter["name"] ?? "" };
    });
    return { ...owner, parameters };
  };
  const written = toObject(
    Object.entries(rename(here)).map(([name, value]) => [
      name,
      isMethod(name) && isJsonObject(value) ? rename(value) : value,
    ]),
  );
  const fitted = withMissingParameters(written, route);
  if (hasMoreParts(fitted, PARTS_MAX)) return refuse("its references make it too large");
  const errors = checkDocument(toDocument(route.path, fitted, used));
  if (errors.length > 0) return refuse(...errors);
  if (strays.size > 0) {
    return refuse(...[...strays].map((name) => `path parameter "${name}" is not in the route ${route.path}`));
  }
  return { kind: "part", part: { item: fitted, components: used, tags: [] } };
}

/** How each template is called in the route: by its place in the path of the companion, or by its own name. */
function templateNames(path: string, route: OpenApiPath): ReadonlyMap<string, string> {
  const own = templatesOf(path);
  const byName = route.parameters.flatMap(({ name, template }) => [
    [name, template] as const,
    [template, template] as const,
  ]);
  const isParallel = own.length === route.parameters.length;
  const byPlace = own.flatMap((name, at) => {
    const parameter = isParallel ? route.parameters[at] : undefined;
    return parameter === undefined ? [] : [[name, parameter.template] as const];
  });
  return new Map([...byName, ...byPlace]);
}

function withMissingParameters(item: JsonObject, route: OpenApiPath): JsonObject {
  const declared = listAt(item, "parameters");
  const isDeclared = (name: Json | undefined) =>
    declared.some((each) => isJsonObject(each) && each["in"] === "path" && each["name"] === name);
  const missing = toPathParameters(route, { components: {}, methods: [] }).filter(
    ({ name }) => !isDeclared(name),
  );
  return missing.length === 0 ? item : { ...item, parameters: [...declared, ...missing] };
}

function inlined(parameter: Json, root: JsonObject): Json {
  const ref = isJsonObject(parameter) ? parameter["$ref"] : undefined;
  if (typeof ref !== "string" || !ref.startsWith("#/")) return parameter;
  return resolveRef(root, ref) ?? parameter;
}

function movedRef(ref: string, from: string, to: string): string {
  if (!ref.startsWith("#/paths/")) return ref;
  const [, path, ...rest] = pointerOf(ref);
  return path === from ? toRef("paths", to, ...rest) : ref;
}

function isMethod(name: string): boolean {
  return (METHODS as readonly string[]).includes(name);
}

function toDocument(path: string, item: JsonObject, components: JsonObject): JsonObject {
  return {
    openapi: "3.0.3",
    info: { title: "", version: "" },
    paths: toObject([[path, item]]),
    components,
  };
}
