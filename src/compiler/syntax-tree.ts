import { visitorKeys } from "oxc-parser";

/** A node of the ESTree that oxc-parser builds; offsets are UTF-16 units. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const KEYS = visitorKeys as Readonly<Record<string, readonly string[]>>;

/** Whether a property of a node is a node itself. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** Calls `visit` for each direct child, in source order. */
export function forEachChild(node: Node, visit: (child: Node, key: string) => void): void {
  for (const key of KEYS[node.type] ?? []) {
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visit(item, key);
    } else if (isNode(value)) {
      visit(value, key);
    }
  }
}

/** TypeScript nodes that wrap an expression which exists at run time. */
const TYPED_EXPRESSIONS = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
]);

/** Whether a node only wraps an expression in a type. */
export function isTypedExpression(node: Node): boolean {
  return TYPED_EXPRESSIONS.has(node.type);
}

/** Whether a node exists for the type checker only, so that nothing in it runs. */
export function isTypeOnly(node: Node): boolean {
  return node.type.startsWith("TS") && !TYPED_EXPRESSIONS.has(node.type);
}

/** The expression inside parentheses and type assertions. */
export function unwrapExpression(node: Node): Node {
  let inner = node;
  while (inner.type === "ParenthesizedExpression" || isTypedExpression(inner)) {
    inner = inner["expression"] as Node;
  }
  return inner;
}

/** Whether a node opens a function scope. */
export function isFunction(node: Node): boolean {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}

/** Name of a member access `a.name` or `a["name"]`; null when computed from anything else. */
export function memberName(node: Node): string | null {
  const property = node["property"] as Node;
  if (node["computed"] !== true) return (property["name"] as string | undefined) ?? null;
  return property.type === "Literal" && typeof property["value"] === "string" ? property["value"] : null;
}
