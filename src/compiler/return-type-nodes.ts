import type { TSSignature, TSTupleElement, TSType, TSTypeReference } from "oxc-parser";
import { toUtilityType } from "./return-type-generics.ts";
import {
  INSTANCE_NAMES,
  type InstanceName,
  KEYWORDS,
  type ObjectIndex,
  type ObjectMember,
  type ReturnType,
  type TemplatePart,
  type TupleElement,
} from "./return-type-shape.ts";

/** A construct that a value cannot be checked against, and where it stands. */
export class UnsupportedType extends Error {
  override readonly name = "UnsupportedType";
  /** UTF-16 offset in the parsed text. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Deepest nesting of a type; it also bounds how deep the checker can walk into a value. */
const DEPTH_MAX = 64;

/** What surrounds a type while it is read. */
interface Surroundings {
  readonly depth: number;
  /** Whether the value is awaited before it is checked, so that a `Promise` around it means nothing. */
  readonly isAwaited: boolean;
}

/**
 * Reads a type's syntax tree.
 *
 * @throws {UnsupportedType} For what a value cannot be checked against, and for types nested too deep.
 */
export function toReturnType(
  node: TSType,
  { depth, isAwaited }: Surroundings = { depth: 0, isAwaited: true },
): ReturnType {
  if (depth > DEPTH_MAX) {
    throw new UnsupportedType(`Types nested deeper than ${DEPTH_MAX} levels are not supported`, node.start);
  }
  const inner: Surroundings = { depth: depth + 1, isAwaited: false };
  const same: Surroundings = { depth: depth + 1, isAwaited };
  switch (node.type) {
    case "TSParenthesizedType":
      return toReturnType(node.typeAnnotation, same);
    case "TSLiteralType":
      return toLiteral(node.literal);
    case "TSTemplateLiteralType":
      return { kind: "template", parts: toTemplateParts(node, inner) };
    case "TSArrayType":
      return { kind: "array", element: toReturnType(node.elementType, inner) };
    case "TSTupleType":
      return { kind: "tuple", elements: toTupleElements(node.elementTypes, inner) };
    case "TSTypeLiteral":
      return toObject(node.members, inner);
    case "TSUnionType":
      return { kind: "union", types: node.types.map((type) => toReturnType(type, same)) };
    case "TSIntersectionType":
      return { kind: "intersection", types: node.types.map((type) => toReturnType(type, same)) };
    case "TSTypeOperator":
      // `readonly` says nothing about the value itself; `keyof` and `unique` have no value to compare with.
      if (node.operator === "readonly") return toReturnType(node.typeAnnotation, inner);
      throw new UnsupportedType(`"${node.operator}" is not supported`, node.start);
    case "TSTypeReference":
      return toNamedType(node, same);
    default: {
      if (node.type in KEYWORDS) {
        return { kind: "keyword", name: KEYWORDS[node.type as keyof typeof KEYWORDS] };
      }
      throw new UnsupportedType(`${toConstructName(node.type)} is not supported`, node.start);
    }
  }
}

/** `TSConditionalType` → `A conditional type`, `TSTypeQuery` → `A type query`. */
function toConstructName(nodeType: string): string {
  const words = nodeType
    .replace(/^(TS|JSDoc)/, "")
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase();
  return `${/^[aeiou]/.test(words) ? "An" : "A"} ${words}`;
}

function toLiteral(literal: (TSType & { type: "TSLiteralType" })["literal"]): ReturnType {
  if (literal.type === "TemplateLiteral") {
    return { kind: "literal", value: literal.quasis.map((quasi) => quasi.value.cooked ?? "").join("") };
  }
  const isNegative = literal.type === "UnaryExpression" && literal.operator === "-";
  const positive = literal.type === "UnaryExpression" ? literal.argument : literal;
  if (positive.type === "Literal") {
    if ("bigint" in positive) {
      return { kind: "bigint-literal", digits: `${isNegative ? "-" : ""}${positive.bigint}` };
    }
    const { value } = positive;
    if (typeof value === "number") return { kind: "literal", value: isNegative ? -value : value };
    if (typeof value === "string" || typeof value === "boolean") return { kind: "literal", value };
  }
  throw new UnsupportedType("This literal is not supported as a type", literal.start);
}

function toTemplateParts(
  { quasis, types }: TSType & { type: "TSTemplateLiteralType" },
  surroundings: Surroundings,
): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  for (const [index, quasi] of quasis.entries()) {
    const text = quasi.value.cooked ?? "";
    if (text !== "") parts.push({ kind: "choice", texts: [text] });
    const hole = types[index];
    if (hole === undefined) continue;
    const filled = toHole(toReturnType(hole, surroundings));
    if (filled === null)
      throw new UnsupportedType("This type is not supported inside a template", hole.start);
    parts.push(...filled);
  }
  return parts;
}

/** What may stand in `${…}`; null when no text can be compared with it. */
function toHole(type: ReturnType): readonly TemplatePart[] | null {
  if (type.kind === "template") return type.parts;
  if (
    type.kind === "keyword" &&
    (type.name === "string" || type.name === "number" || type.name === "bigint")
  ) {
    return [{ kind: "any", name: type.name }];
  }
  const texts = toTexts(type);
  return texts === null ? null : [{ kind: "choice", texts }];
}

function toTexts(type: ReturnType): readonly string[] | null {
  if (type.kind === "literal") return [String(type.value)];
  if (type.kind === "bigint-literal") return [type.digits];
  if (type.kind === "keyword" && type.name === "boolean") return ["true", "false"];
  if (type.kind === "keyword" && (type.name === "null" || type.name === "undefined")) return [type.name];
  if (type.kind !== "union") return null;
  const texts = type.types.map(toTexts);
  return texts.includes(null) ? null : texts.flatMap((choices) => choices ?? []);
}

function toTupleElements(
  elements: readonly TSTupleElement[],
  surroundings: Surroundings,
): readonly TupleElement[] {
  let rests = 0;
  return elements.map((element) => {
    const named = element.type === "TSNamedTupleMember" ? element.elementType : element;
    if (named.type === "TSRestType") {
      const rest = named.typeAnnotation;
      // The grammar allows neither `?` nor a second `...` after a rest's own name, so what is left is a type.
      const listed = (rest.type === "TSNamedTupleMember" ? rest.elementType : rest) as TSType;
      const list = toReturnType(listed, surroundings);
      rests += 1;
      if (list.kind !== "array" || rests > 1) {
        throw new UnsupportedType(
          "A tuple can hold one rest element, and it must be an array",
          element.start,
        );
      }
      return { type: list.element, presence: "rest" };
    }
    if (named.type === "TSOptionalType") {
      return { type: toReturnType(named.typeAnnotation, surroundings), presence: "optional" };
    }
    const isOptional = element.type === "TSNamedTupleMember" && element.optional;
    return {
      type: toReturnType(named, surroundings),
      presence: isOptional ? "optional" : "required",
    };
  });
}

function toObject(signatures: readonly TSSignature[], surroundings: Surroundings): ReturnType {
  const members: ObjectMember[] = [];
  const indexes: ObjectIndex[] = [];
  for (const signature of signatures) {
    switch (signature.type) {
      case "TSPropertySignature":
        members.push({
          name: toMemberName(signature),
          type: toAnnotated(signature.typeAnnotation, surroundings),
          optional: signature.optional,
        });
        break;
      case "TSMethodSignature":
        // A setter alone promises nothing about what is read.
        if (signature.kind === "set") break;
        members.push({
          name: toMemberName(signature),
          type:
            signature.kind === "get"
              ? toAnnotated(signature.returnType, surroundings)
              : { kind: "keyword", name: "Function" },
          optional: signature.optional,
        });
        break;
      case "TSIndexSignature": {
        const value = toAnnotated(signature.typeAnnotation, surroundings);
        const keyType = toAnnotated(signature.parameters[0]?.typeAnnotation ?? null, surroundings);
        indexes.push({ key: toIndexKey(keyType, signature.start), value });
        break;
      }
      default:
        throw new UnsupportedType("A call or construct signature is not supported", signature.start);
    }
  }
  return { kind: "object", members, indexes };
}

function toAnnotated(annotation: { typeAnnotation: TSType } | null, surroundings: Surroundings): ReturnType {
  return annotation === null
    ? { kind: "keyword", name: "any" }
    : toReturnType(annotation.typeAnnotation, surroundings);
}

function toMemberName({
  key,
  computed,
}: TSSignature & { type: "TSPropertySignature" | "TSMethodSignature" }): string {
  if (key.type === "Identifier" && !computed) return key.name;
  if (key.type === "Literal" && (typeof key.value === "string" || typeof key.value === "number")) {
    return String(key.value);
  }
  throw new UnsupportedType("A computed member name is not supported", key.start);
}

function toIndexKey(key: ReturnType, offset: number): ObjectIndex["key"] {
  if (key.kind === "template") return key.parts;
  if (key.kind === "keyword" && (key.name === "string" || key.name === "number")) return key.name;
  throw new UnsupportedType("An index signature needs string, number or a template as its key", offset);
}

function toNamedType({ typeName, typeArguments, start }: TSTypeReference, same: Surroundings): ReturnType {
  if (typeName.type !== "Identifier") throw new UnsupportedType("A qualified name is not supported", start);
  const { name } = typeName;
  // The checker sees the awaited value, and inside it a promise has no value yet.
  const isPromise = name === "Promise" || name === "PromiseLike" || name === "Awaited";
  if (isPromise && !same.isAwaited) {
    throw new UnsupportedType(`${name} is only supported around the whole type`, start);
  }
  const inner = { depth: same.depth, isAwaited: isPromise };
  const parameters = (typeArguments?.params ?? []).map((type) => toReturnType(type, inner));
  const built = toUtilityType(name, parameters);
  if (built.kind === "refused") throw new UnsupportedType(built.reason, start);
  if (built.kind === "type") return built.type;
  if (parameters.length === 0 && isInstanceName(name)) return { kind: "instance", name };
  throw new UnsupportedType(`The type "${name}" is not known here`, start);
}

function isInstanceName(name: string): name is InstanceName {
  return (INSTANCE_NAMES as readonly string[]).includes(name);
}
