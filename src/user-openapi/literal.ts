import { type Node, unwrapExpression } from "../compiler/syntax-tree.ts";
import { DEPTH_MAX, type Json, toObject } from "./json.ts";

/** Values of top-level `const` declarations, by name. */
export type Constants = ReadonlyMap<string, Node>;

/**
 * The value of an expression that is written out, without running anything: literals, lists, objects, and names of top-level
 * constants that are such.
 *
 * @returns undefined when any part of it is not.
 */
export function readLiteral(node: Node, constants: Constants, depth = 0): Json | undefined {
  if (depth > DEPTH_MAX) return undefined;
  const expression = unwrapExpression(node);
  switch (expression.type) {
    case "Literal":
      return toLiteralValue(expression["value"]);
    case "TemplateLiteral":
      return (expression["expressions"] as Node[]).length > 0
        ? undefined
        : ((expression["quasis"] as { value: { cooked?: string } }[])[0]?.value.cooked ?? "");
    case "UnaryExpression": {
      const value = readLiteral(expression["argument"] as Node, constants, depth + 1);
      return expression["operator"] === "-" && typeof value === "number" ? -value : undefined;
    }
    case "ArrayExpression":
      return readList(expression["elements"] as (Node | null)[], constants, depth);
    case "ObjectExpression":
      return readObject(expression["properties"] as Node[], constants, depth);
    case "Identifier": {
      const constant = constants.get(expression["name"] as string);
      return constant === undefined ? undefined : readLiteral(constant, constants, depth + 1);
    }
    default:
      return undefined;
  }
}

function toLiteralValue(value: unknown): Json | undefined {
  // Neither regular expressions nor bigints are JSON.
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" || typeof value === "boolean" || value === null ? value : undefined;
}

function readList(elements: readonly (Node | null)[], constants: Constants, depth: number) {
  const values: Json[] = [];
  for (const element of elements) {
    const value = element === null ? undefined : readLiteral(element, constants, depth + 1);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function readObject(properties: readonly Node[], constants: Constants, depth: number) {
  const members: [string, Json][] = [];
  for (const property of properties) {
    if (property.type !== "Property" || property["computed"] === true || property["kind"] !== "init") {
      return undefined;
    }
    const key = property["key"] as Node;
    const value = readLiteral(property["value"] as Node, constants, depth + 1);
    if (value === undefined) return undefined;
    members.push([String(key["name"] ?? key["value"]), value]);
  }
  return toObject(members);
}
