import { CompileError } from "../compiler/compile-error.ts";
import { refuseDeepNesting } from "../compiler/nesting.ts";
import { parseScript } from "../compiler/parse.ts";
import { parseReturnType } from "../compiler/return-type.ts";
import type { Node } from "../compiler/syntax-tree.ts";
import type { ParsedDirectives } from "../directives/parse.ts";
import { isExecError } from "../errors/exec-error.ts";
import { HandlerTypes } from "./handler-types.ts";
import { hasMoreParts, isJsonObject, isTooDeep, type JsonObject, objectAt, toObject } from "./json.ts";
import { fromJsonSchema } from "./json-schema.ts";
import { declarationsOf } from "./type-declarations.ts";
import { saysSomething, TypeSchemas } from "./type-schema.ts";

/** What can be known of a script's input and output, as schemas of OpenAPI 3.0. */
export interface Shapes {
  readonly params?: JsonObject;
  readonly query?: JsonObject;
  readonly body?: JsonObject;
  readonly response?: JsonObject;
  /** Schemas that the others refer to, by name. */
  readonly components: JsonObject;
  /** In lower case; empty when the script does not say. */
  readonly methods: readonly string[];
}

/** What stands in `schema` of a handler and in `name.schema.json`. */
export const SHAPE_NAMES = ["params", "query", "body", "response"] as const;

const NOTHING: Shapes = { components: {}, methods: [] };

/** Longest source that is looked into, in UTF-16 units; the parser takes some 20 ms for it. */
const SOURCE_LENGTH_MAX = 512 * 1024;

/** Most parts of what is read from one file: names of types may repeat, and their schemas with them. */
const PARTS_MAX = 20_000;

/**
 * Reads shapes from the source of a script, which is never run: a literal `module.exports.schema` or
 * `export const schema`, then `@return-type`, then TypeScript annotations of the handler (control-api.md §13).
 *
 * @param name For components that have none of their own.
 * @returns Without what cannot be read; nothing at all for a source that does not compile.
 */
export function readSourceShapes(
  text: string,
  { file, name, directives }: { file: string; name: string; directives: ParsedDirectives },
): Shapes {
  const program = parse(text, file);
  if (program === null) return NOTHING;
  const types = new TypeSchemas(declarationsOf(program));
  const handler = new HandlerTypes(program, types);
  const typed: Shapes = {
    ...handler.read(),
    ...readReturnType(directives),
    components: types.components,
    methods: handler.methods,
  };
  const literal = handler.schema === undefined ? null : fromSchemaObject(handler.schema, name);
  const shapes = literal === null ? typed : { ...mergeShapes(typed, literal), methods: handler.methods };
  return hasMoreParts({ ...shapes }, PARTS_MAX) ? { ...NOTHING, methods: handler.methods } : shapes;
}

/** Reads an object with `params`, `query`, `body` and `response` as JSON Schemas; null for anything else. */
export function fromSchemaObject(value: unknown, name: string): Shapes | null {
  if (!isJsonObject(value) || isTooDeep(value)) return null;
  const shapes: [string, JsonObject][] = [];
  const components: [string, JsonObject][] = [];
  for (const part of SHAPE_NAMES) {
    if (!Object.hasOwn(value, part)) continue;
    const converted = fromJsonSchema(value[part] ?? {}, `${name}.${part}`);
    shapes.push([part, converted.schema]);
    for (const component of Object.entries(converted.components)) {
      components.push(component as [string, JsonObject]);
    }
  }
  return { ...toObject(shapes), components: toObject(components), methods: [] };
}

/** The second's shapes win over the first's. */
export function mergeShapes(first: Shapes, second: Shapes): Shapes {
  return {
    ...first,
    ...second,
    components: { ...first.components, ...second.components },
    methods: second.methods.length > 0 ? second.methods : first.methods,
  };
}

function parse(text: string, file: string): Node | null {
  if (text.length > SOURCE_LENGTH_MAX) return null;
  try {
    refuseDeepNesting(text, file);
    return parseScript(text, file).program;
  } catch (error) {
    // Calling the script, or `validate/script`, says what is wrong with it.
    if (error instanceof CompileError) return null;
    throw error;
  }
}

/** What `@return-type` promises; nothing where the runtime does not enforce it, because it cannot read it either. */
function readReturnType({ returnType }: ParsedDirectives): Pick<Shapes, "response"> {
  if (returnType === null) return {};
  try {
    parseReturnType(returnType.definition);
  } catch (error) {
    if (isExecError(error)) return {};
    throw error;
  }
  const program = parse(`type T = ${returnType.definition}`, "return-type.ts");
  const [alias] = (program?.["body"] as Node[] | undefined) ?? [];
  if (alias === undefined) return {};
  const response = new TypeSchemas(new Map()).read(alias["typeAnnotation"] as Node);
  return saysSomething(response) ? { response } : {};
}

/** Schemas of every part of `shapes`, for whoever writes an operation. */
export function schemaOf(shapes: Shapes, part: (typeof SHAPE_NAMES)[number]): JsonObject | undefined {
  const schema = shapes[part];
  return schema === undefined || Object.keys(schema).length === 0
    ? undefined
    : objectAt({ schema }, "schema");
}
