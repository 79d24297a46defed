import { type Node, unwrapExpression } from "../compiler/syntax-tree.ts";
import { DEPTH_MAX, type Json, toObject } from "./json.ts";

/** Values of top-level `const` declarations, by name. */
export type Constants = ReadonlyMap<string, Node>;

/** Most values read for one expression: constants may double with each name, so that a line stands for a million. */
const VALUES_MAX = 20_000;

/**
 * The value of an expression that is written out, without running anything: literals, lists, objects, and names of top-level
 * constants that are such.
 *
 * @returns undefined when any part of it is not, or it is too much.
 */
export function readLiteral(node: Node, constants: Constants): Json | undefined {
  return new LiteralReader(constants).read(node, 0);
}

class LiteralReader {
  readonly #constants: Constants;
  #valuesRead = 0;

  constructor(constants: Constants) {
    this.#constants = constants;
  }

  read(node: Node, depth: number): Json | undefined {
    this.#valuesRead += 1;
    if (depth > DEPTH_MAX || this.#valuesRead > VALUES_MAX) return undefined;
    const expression = unwrapExpression(node);
    switch (expression.type) {
      case "Literal":
        return toLiteralValue(expression["value"]);
      case "TemplateLiteral":
        return (expression["expressions"] as Node[]).length > 0
          ? undefined
          : ((expression["quasis"] as { value: { cooked?: string } }[])[0]?.value.cooked ?? "");
      case "UnaryExpression": {
        const value = this.read(expression["argument"] as Node, depth + 1);
        return expression["operator"] === "-" && typeof value === "number" ? -value : undefined;
      }
      case "ArrayExpression":
        return this.#readList(expression["elements"] as (Node | null)[], depth);
      case "ObjectExpression":
        return this.#readObject(expression["properties"] as Node[], depth);
      case "Identifier": {
        const constant = this.#constants.get(expression["name"] as string);
        return constant === undefined ? undefined : this.read(constant, depth + 1);
      }
      default:
        return undefined;
    }
  }

  #readList(elements: readonly (Node | null)[], depth: number): readonly Json[] | undefined {
    const values: Json[] = [];
    for (const element of elements) {
      const value = element === null ? undefined : this.read(element, depth + 1);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  }

  #readObject(properties: readonly Node[], depth: number): Json | undefined {
    const members: [string, Json][] = [];
    for (const property of properties) {
      if (property.type !== "Property" || property["computed"] === true || property["kind"] !== "init") {
        return undefined;
      }
      const key = property["key"] as Node;
      const value = this.read(property["value"] as Node, depth + 1);
      if (value === undefined) return undefined;
      members.push([String(key["name"] ?? key["value"]), value]);
    }
    return toObject(members);
  }
}

function toLiteralValue(value: unknown): Json | undefined {
  // Neither regular expressions nor bigints are JSON.
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" || typeof value === "boolean" || value === null ? value : undefined;
}
