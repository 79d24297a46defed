import type { ParsedDirectives } from "../directives/parse.ts";
import { METHODS, type Part } from "./document-builder.ts";
import { isJsonObject, type Json, type JsonObject, listAt, objectAt, toObject } from "./json.ts";
import type { OpenApiPath, PathParameter } from "./paths.ts";
import { resolveRef } from "./refs.ts";
import { type Shapes, schemaOf } from "./source-shapes.ts";

/** Methods whose body means something (RFC 9110 §9.3). */
const WITH_BODY: readonly string[] = ["post", "put", "patch"];

const SCRIPT_TOKEN = "scriptToken";

/**
 * The path of a script that has no companion: its directives describe it, its source says what goes in and out. Without
 * anything known that is one `get`, which takes and answers anything; with a body it is a `post`.
 */
export function describeScript(
  route: OpenApiPath,
  shapes: Shapes,
  directives: ParsedDirectives | null,
): Part {
  const body = schemaOf(shapes, "body");
  const methods = shapes.methods.length > 0 ? shapes.methods : [body === undefined ? "get" : "post"];
  const hasToken = (directives?.effective.tokens.length ?? 0) > 0;
  const operations = METHODS.filter((method) => methods.includes(method)).map((method) => [
    method,
    toOperation(`${method}${toName(route.path)}`, { method, shapes, directives, hasToken }),
  ]);
  return {
    item: toObject([
      ["parameters", route.parameters.length > 0 ? toPathParameters(route, shapes) : undefined],
      ...(operations as [string, JsonObject][]),
    ]),
    components: toObject([
      ["schemas", Object.keys(shapes.components).length > 0 ? shapes.components : undefined],
      ["securitySchemes", hasToken ? { [SCRIPT_TOKEN]: { type: "http", scheme: "bearer" } } : undefined],
    ]),
    tags: [],
  };
}

/** Parameters of the path; a script sees each as text, a catch-all as a list of texts. */
export function toPathParameters(route: OpenApiPath, shapes: Shapes): readonly JsonObject[] {
  const members = membersOf(schemaOf(shapes, "params"), shapes.components);
  return route.parameters.map((parameter) => ({
    name: parameter.template,
    in: "path",
    required: true,
    ...describeKind(parameter),
    schema:
      parameter.kind === "dynamic"
        ? (members.properties.get(parameter.name) ?? { type: "string" })
        : { type: "string" },
  }));
}

function describeKind({ kind }: PathParameter): JsonObject {
  switch (kind) {
    case "dynamic":
      return {};
    case "catchall":
      return { description: "One or more segments, with / between them" };
    case "optional-catchall":
      return { description: "Any number of segments, with / between them; none at all, too" };
    default:
      return kind satisfies never;
  }
}

function toOperation(
  operationId: string,
  options: {
    readonly method: string;
    readonly shapes: Shapes;
    readonly directives: ParsedDirectives | null;
    readonly hasToken: boolean;
  },
): JsonObject {
  const { method, shapes, directives, hasToken } = options;
  const { label, description, tags } = directives?.effective ?? {};
  const body = WITH_BODY.includes(method) ? schemaOf(shapes, "body") : undefined;
  const query = toQueryParameters(shapes);
  const response = schemaOf(shapes, "response");
  return toObject([
    ["operationId", operationId],
    ["summary", label || undefined],
    ["description", description || undefined],
    ["tags", tags !== undefined && tags.length > 0 ? tags : undefined],
    ["parameters", query.length > 0 ? query : undefined],
    [
      "requestBody",
      body === undefined ? undefined : { required: true, content: { "application/json": { schema: body } } },
    ],
    [
      "responses",
      {
        200: {
          description: "What the script answers",
          ...(response === undefined ? {} : { content: { "application/json": { schema: response } } }),
        },
      },
    ],
    ["security", hasToken ? [{ [SCRIPT_TOKEN]: [] }] : undefined],
  ]);
}

function toQueryParameters(shapes: Shapes): readonly JsonObject[] {
  const { properties, required } = membersOf(schemaOf(shapes, "query"), shapes.components);
  return [...properties].map(([name, schema]) => {
    const { description } = schema;
    return toObject([
      ["name", name],
      ["in", "query"],
      ["description", typeof description === "string" ? description : undefined],
      ["required", required.has(name) ? true : undefined],
      ["schema", schema],
    ]);
  });
}

/** The named members of an object schema, those of what it refers to and is made of included. */
function membersOf(schema: JsonObject | undefined, schemas: JsonObject) {
  const properties = new Map<string, JsonObject>();
  const required = new Set<Json>();
  const root: JsonObject = { components: { schemas } };
  const followed = new Set<string>();
  const waiting: (Json | undefined)[] = [schema];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (!isJsonObject(value)) continue;
    const { $ref } = value;
    // Each once: references may lead in circles, or to one place from many.
    if (typeof $ref === "string" && $ref.startsWith("#/") && !followed.has($ref)) {
      followed.add($ref);
      waiting.push(resolveRef(root, $ref));
    }
    for (const each of listAt(value, "allOf")) waiting.push(each);
    for (const [name, each] of Object.entries(objectAt(value, "properties"))) {
      if (isJsonObject(each)) properties.set(name, each);
    }
    for (const name of listAt(value, "required")) required.add(name);
  }
  return { properties, required };
}

/** `/users/{id}` → `_users_id`: letters that every generator of clients takes. */
function toName(path: string): string {
  const words = path.match(/[A-Za-z0-9]+/g) ?? ["index"];
  return `_${words.join("_")}`;
}
