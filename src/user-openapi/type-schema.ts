import type { Node } from "../compiler/syntax-tree.ts";
import { readGlobalType } from "./global-types.ts";
import { hasMoreParts, isJsonObject, type Json, type JsonObject, listAt, toObject } from "./json.ts";
import { toRef } from "./refs.ts";
import { type Declarations, NO_ARGUMENTS, type TypeArguments } from "./type-declarations.ts";
import { toUnion } from "./union-schema.ts";

/** Deepest nesting of types that is followed; deeper ones take anything. */
const DEPTH_MAX = 32;

/** Most types read for one file, and parts of an argument: generic types may double with each level. */
const TYPES_MAX = 5_000;
const ARGUMENT_PARTS_MAX = 500;

/**
 * Reads TypeScript types of one file as schemas of OpenAPI 3.0, as far as they can be read without a type checker. What
 * cannot (conditional and mapped types, names of other files) becomes `{}`, which takes anything.
 *
 * Interfaces, aliases and enums of the file become components, so that types may refer to themselves.
 */
export class TypeSchemas {
  readonly #declarations: Declarations;
  /** Schemas of the names that were met, by name; null while one is being read. */
  readonly #components = new Map<string, JsonObject | null>();
  #typesRead = 0;

  constructor(declarations: Declarations) {
    this.#declarations = declarations;
  }

  /** Schemas of the named types that were met. */
  get components(): JsonObject {
    return toObject([...this.#components].map(([name, schema]) => [name, schema ?? {}]));
  }

  /** The schema of a type; `{}` for one that cannot be read or takes anything. */
  read(type: Node, given: TypeArguments = NO_ARGUMENTS, depth = 0): JsonObject {
    if (this.#isTooMuch(depth)) return {};
    const inner = (node: Node) => this.read(node, given, depth + 1);
    switch (type.type) {
      case "TSStringKeyword":
      case "TSTemplateLiteralType":
        return { type: "string" };
      case "TSNumberKeyword":
        return { type: "number" };
      case "TSBooleanKeyword":
        return { type: "boolean" };
      case "TSObjectKeyword":
        return { type: "object" };
      case "TSNullKeyword":
        return { nullable: true, enum: [null] };
      case "TSLiteralType":
        return readLiteralType(type["literal"] as Node);
      case "TSParenthesizedType":
        return inner(type["typeAnnotation"] as Node);
      case "TSTypeOperator":
        return type["operator"] === "readonly" ? inner(type["typeAnnotation"] as Node) : {};
      case "TSArrayType":
        return { type: "array", items: inner(type["elementType"] as Node) };
      case "TSTupleType":
        return readTuple(type["elementTypes"] as Node[], inner);
      case "TSTypeLiteral":
        return this.#readMembers(type["members"] as Node[], given, depth);
      case "TSUnionType":
        return toUnion(
          (type["types"] as Node[]).filter((each) => !isNothing(each)).map((each) => inner(each)),
        );
      case "TSIntersectionType":
        return { allOf: (type["types"] as Node[]).map(inner) };
      case "TSTypeReference":
        return this.#readNamed(type, given, depth);
      default:
        return {};
    }
  }

  /** Members of an object type by name, so that one of them can be read alone; null for any other type. */
  membersOf(type: Node, given: TypeArguments = NO_ARGUMENTS, depth = 0): Map<string, Node> | null {
    if (this.#isTooMuch(depth)) return null;
    if (type.type === "TSParenthesizedType") {
      return this.membersOf(type["typeAnnotation"] as Node, given, depth + 1);
    }
    if (type.type === "TSTypeLiteral") return namedMembers(type["members"] as Node[]);
    if (type.type === "TSIntersectionType") {
      const parts = (type["types"] as Node[]).map((each) => this.membersOf(each, given, depth + 1));
      return new Map(parts.flatMap((part) => [...(part ?? [])]));
    }
    const declaration = this.#declarations.get(nameOf(type) ?? "");
    if (declaration === undefined || type["typeArguments"]) return null;
    if (declaration.type === "TSTypeAliasDeclaration") {
      return this.membersOf(declaration["typeAnnotation"] as Node, given, depth + 1);
    }
    return declaration.type === "TSInterfaceDeclaration"
      ? namedMembers((declaration["body"] as Node)["body"] as Node[])
      : null;
  }

  /** Whether a name is declared by the file itself. */
  isDeclared(name: string): boolean {
    return this.#declarations.has(name);
  }

  /** Counts a type that is about to be read. */
  #isTooMuch(depth: number): boolean {
    this.#typesRead += 1;
    return depth > DEPTH_MAX || this.#typesRead > TYPES_MAX;
  }

  #readNamed(type: Node, given: TypeArguments, depth: number): JsonObject {
    const name = nameOf(type);
    if (name === null || this.#isTooMuch(depth)) return {};
    const bound = given.get(name);
    if (bound !== undefined) return bound;
    const nodes = ((type["typeArguments"] as Node | null)?.["params"] as Node[] | undefined) ?? [];
    const schemas = () => nodes.map((each) => this.read(each, given, depth + 1));
    const declaration = this.#declarations.get(name);
    if (declaration === undefined) return readGlobalType(name, schemas, (ref) => this.#resolve(ref));
    const parameters =
      ((declaration["typeParameters"] as Node | null)?.["params"] as Node[] | undefined) ?? [];
    if (parameters.length > 0) {
      const values = schemas();
      const names = parameters.map((each) => String((each["name"] as Node)["name"]));
      return this.#readDeclaration(
        declaration,
        new Map(names.map((each, at) => [each, toArgument(values[at])])),
        depth + 1,
      );
    }
    if (!this.#components.has(name)) {
      this.#components.set(name, null);
      this.#components.set(name, this.#readDeclaration(declaration, NO_ARGUMENTS, depth + 1));
    }
    return { $ref: toRef("components", "schemas", name) };
  }

  #readDeclaration(declaration: Node, given: TypeArguments, depth: number): JsonObject {
    switch (declaration.type) {
      case "TSTypeAliasDeclaration":
        return this.read(declaration["typeAnnotation"] as Node, given, depth);
      case "TSEnumDeclaration":
        return readEnum(declaration);
      default: {
        const own = this.#readMembers((declaration["body"] as Node)["body"] as Node[], given, depth);
        const heirs = (declaration["extends"] as Node[] | undefined) ?? [];
        if (heirs.length === 0) return own;
        const bases = heirs.map((each) =>
          this.#readNamed({ ...each, typeName: each["expression"] }, given, depth + 1),
        );
        return { allOf: [...bases, own] };
      }
    }
  }

  #readMembers(members: readonly Node[], given: TypeArguments, depth: number): JsonObject {
    const properties: [string, Json][] = [];
    const required: string[] = [];
    let additional: JsonObject | undefined;
    for (const member of members) {
      const annotation = (member["typeAnnotation"] as Node | null)?.["typeAnnotation"] as Node | undefined;
      const schema = annotation === undefined ? {} : this.read(annotation, given, depth + 1);
      if (member.type === "TSIndexSignature") additional = schema;
      const name = member.type === "TSPropertySignature" ? memberName(member) : null;
      if (name === null || (annotation !== undefined && isNothing(annotation))) continue;
      properties.push([name, schema]);
      if (member["optional"] !== true && !mayBeNothing(annotation)) required.push(name);
    }
    return toObject([
      ["type", "object"],
      ["properties", properties.length > 0 ? toObject(properties) : undefined],
      ["required", required.length > 0 ? [...new Set(required)] : undefined],
      ["additionalProperties", additional],
    ]);
  }

  /** A schema behind references to named types; `{}` while it is still being read. */
  #resolve(schema: JsonObject): JsonObject {
    const { $ref } = schema;
    if (typeof $ref !== "string") return schema;
    return this.#components.get($ref.slice(toRef("components", "schemas", "").length)) ?? {};
  }
}

function toArgument(schema: JsonObject | undefined): JsonObject {
  return schema === undefined || hasMoreParts(schema, ARGUMENT_PARTS_MAX) ? {} : schema;
}

function readLiteralType(literal: Node): JsonObject {
  const isNegative = literal.type === "UnaryExpression";
  const value = (isNegative ? (literal["argument"] as Node) : literal)["value"];
  if (typeof value === "number") return { type: "number", enum: [isNegative ? -value : value] };
  if (typeof value === "string" || typeof value === "boolean") return { type: typeof value, enum: [value] };
  return literal.type === "TemplateLiteral" ? { type: "string" } : {};
}

function readTuple(elements: readonly Node[], inner: (node: Node) => JsonObject): JsonObject {
  const open = elements.some((each) => each.type === "TSRestType");
  const types = elements.map((each) => {
    const named = each.type === "TSNamedTupleMember" ? (each["elementType"] as Node) : each;
    return named.type === "TSOptionalType" ? inner(named["typeAnnotation"] as Node) : inner(named);
  });
  const optional = elements.filter((each) => each.type === "TSOptionalType" || each["optional"] === true);
  return toObject([
    ["type", "array"],
    ["items", open || types.length === 0 ? {} : toUnion(types)],
    ["minItems", elements.length - optional.length - (open ? 1 : 0)],
    ["maxItems", open ? undefined : elements.length],
  ]);
}

function readEnum(declaration: Node): JsonObject {
  const body = (declaration["body"] as Node | undefined) ?? declaration;
  let next: number | null = 0;
  const values: Json[] = [];
  for (const member of body["members"] as Node[]) {
    const initializer = member["initializer"] as Node | null;
    const schema = initializer === null ? null : readLiteralType(initializer);
    const value: Json | null = schema === null ? next : (listAt(schema, "enum")[0] ?? null);
    if (value === null) return {};
    values.push(value);
    next = typeof value === "number" ? value + 1 : null;
  }
  if (values.length === 0) return {};
  const types = new Set(values.map((value) => typeof value));
  return types.size === 1 ? { type: typeof values[0], enum: values } : { enum: values };
}

function namedMembers(members: readonly Node[]): Map<string, Node> {
  return new Map(
    members.flatMap((member): [string, Node][] => {
      const annotation = (member["typeAnnotation"] as Node | null)?.["typeAnnotation"] as Node | undefined;
      const name = member.type === "TSPropertySignature" ? memberName(member) : null;
      return name === null || annotation === undefined ? [] : [[name, annotation]];
    }),
  );
}

function memberName(member: Node): string | null {
  const key = member["key"] as Node;
  if (member["computed"] === true) return null;
  return key.type === "Identifier" ? String(key["name"]) : String(key["value"]);
}

/** Name of a type reference; null for a qualified one and any other type. */
export function nameOf(type: Node): string | null {
  const name = type["typeName"] as Node | undefined;
  return name?.type === "Identifier" ? (name["name"] as string) : null;
}

/** Whether a type has no value that JSON could carry. */
export function isNothing(type: Node): boolean {
  return ["TSUndefinedKeyword", "TSVoidKeyword", "TSNeverKeyword"].includes(type.type);
}

function mayBeNothing(type: Node | undefined): boolean {
  return type?.type === "TSUnionType" && (type["types"] as Node[]).some(isNothing);
}

/** Whether a schema says anything at all. */
export function saysSomething(schema: Json | undefined): schema is JsonObject {
  return isJsonObject(schema) && Object.keys(schema).length > 0;
}
