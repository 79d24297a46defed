/**
 * A type of `@return-type` as plain data: what the checker walks and what `validate/return-type` shows as
 * `parsedType`. Closed, finite and JSON-able: aliases and generics are resolved while parsing.
 */
export type ReturnType =
  | { readonly kind: "keyword"; readonly name: KeywordName }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  /** A bigint literal; its digits as text, because JSON has no bigint. */
  | { readonly kind: "bigint-literal"; readonly digits: string }
  | { readonly kind: "template"; readonly parts: readonly TemplatePart[] }
  | { readonly kind: "array"; readonly element: ReturnType }
  | { readonly kind: "tuple"; readonly elements: readonly TupleElement[] }
  | {
      readonly kind: "object";
      readonly members: readonly ObjectMember[];
      readonly indexes: readonly ObjectIndex[];
    }
  | { readonly kind: "map"; readonly key: ReturnType; readonly value: ReturnType }
  | { readonly kind: "set"; readonly value: ReturnType }
  | { readonly kind: "instance"; readonly name: InstanceName }
  | { readonly kind: "union"; readonly types: readonly ReturnType[] }
  | { readonly kind: "intersection"; readonly types: readonly ReturnType[] };

/** TABLE: the keyword types, by the syntax node that stands for each. `Function` is the one written as a name. */
export const KEYWORDS = {
  TSAnyKeyword: "any",
  TSBigIntKeyword: "bigint",
  TSBooleanKeyword: "boolean",
  TSNeverKeyword: "never",
  TSNullKeyword: "null",
  TSNumberKeyword: "number",
  TSObjectKeyword: "object",
  TSStringKeyword: "string",
  TSSymbolKeyword: "symbol",
  TSUndefinedKeyword: "undefined",
  TSUnknownKeyword: "unknown",
  TSVoidKeyword: "void",
  TSFunctionType: "Function",
} as const;

/** A type that is one word. */
export type KeywordName = (typeof KEYWORDS)[keyof typeof KEYWORDS];

/** Classes a value can be checked against, by their own inner slots and never by a prototype of one realm. */
export const INSTANCE_NAMES = [
  "ArrayBuffer",
  "Blob",
  "Buffer",
  "Date",
  "Error",
  "ReadableStream",
  "RegExp",
  "Response",
  "URL",
  "Uint8Array",
] as const;

/** Name of a class a value can be checked against. */
export type InstanceName = (typeof INSTANCE_NAMES)[number];

/** One piece of a template literal type: fixed text, one of several texts, or any text of a kind. */
export type TemplatePart =
  | { readonly kind: "choice"; readonly texts: readonly string[] }
  | { readonly kind: "any"; readonly name: "string" | "number" | "bigint" };

/** One place of a tuple; a rest element stands for any number of values of its type. */
export interface TupleElement {
  readonly type: ReturnType;
  readonly presence: "required" | "optional" | "rest";
}

/** A named member of an object type. */
export interface ObjectMember {
  readonly name: string;
  readonly type: ReturnType;
  readonly optional: boolean;
}

/** An index signature: every member whose name fits the key has the value's type. */
export interface ObjectIndex {
  readonly key: "string" | "number" | readonly TemplatePart[];
  readonly value: ReturnType;
}

/** Longest text of a type in a message, in UTF-16 units. */
const TEXT_LENGTH_MAX = 200;

/** A type as TypeScript would write it, for messages; cut when it is long. */
export function formatReturnType(type: ReturnType): string {
  const text = toText(type);
  return text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX)}…`;
}

/** A template literal type as TypeScript would write it. */
export function formatTemplate(parts: readonly TemplatePart[]): string {
  const pieces = parts.map((part) => {
    if (part.kind === "any") return `\${${part.name}}`;
    if (part.texts.length === 1) return part.texts[0] ?? "";
    return `\${${part.texts.map((text) => JSON.stringify(text)).join(" | ")}}`;
  });
  return `\`${pieces.join("")}\``;
}

function toText(type: ReturnType): string {
  switch (type.kind) {
    case "keyword":
    case "instance":
      return type.name;
    case "literal":
      return JSON.stringify(type.value);
    case "bigint-literal":
      return `${type.digits}n`;
    case "template":
      return formatTemplate(type.parts);
    case "array":
      return `${toOperand(type.element)}[]`;
    case "tuple":
      return `[${type.elements.map(toElementText).join(", ")}]`;
    case "object":
      return toObjectText(type);
    case "map":
      return `Map<${toText(type.key)}, ${toText(type.value)}>`;
    case "set":
      return `Set<${toText(type.value)}>`;
    case "union":
      return type.types.map(toText).join(" | ");
    case "intersection":
      return type.types.map(toOperand).join(" & ");
    default:
      return type satisfies never;
  }
}

function toOperand(type: ReturnType): string {
  const needsParentheses = type.kind === "union" || type.kind === "intersection";
  return needsParentheses ? `(${toText(type)})` : toText(type);
}

function toElementText({ type, presence }: TupleElement): string {
  if (presence === "rest") return `...${toOperand(type)}[]`;
  return presence === "optional" ? `${toOperand(type)}?` : toText(type);
}

function toObjectText({ members, indexes }: ReturnType & { kind: "object" }): string {
  const pieces = [
    ...members.map(
      (member) => `${toKeyText(member.name)}${member.optional ? "?" : ""}: ${toText(member.type)}`,
    ),
    ...indexes.map(({ key, value }) => {
      return `[key: ${typeof key === "string" ? key : formatTemplate(key)}]: ${toText(value)}`;
    }),
  ];
  return pieces.length === 0 ? "{}" : `{ ${pieces.join("; ")} }`;
}

function toKeyText(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
