import { isWriteTarget } from "./scopes.ts";
import { memberName, type Node, unwrapExpression } from "./syntax-tree.ts";

/** Members that lead from a value to its realm's built-ins, or change how values behave. */
export const REALM_MEMBERS = new Set([
  "__proto__",
  "prototype",
  "constructor",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "caller",
  "callee",
]);

/** Methods whose callback may be a built-in function: `.map(Number)`, `.filter(Boolean)`. */
const CALLBACK_METHODS = new Set([
  "map",
  "filter",
  "every",
  "some",
  "find",
  "findIndex",
  "flatMap",
  "from",
  "then",
]);

/** Whether `this` is an object of the script's own: inside a class, or inside a function that an object holds. */
export function isMethodThis(ancestors: readonly Node[]): boolean {
  for (let at = ancestors.length - 1; at > 0; at--) {
    const node = ancestors[at] as Node;
    if (node.type === "PropertyDefinition" || node.type === "StaticBlock") return true;
    if (node.type === "FunctionDeclaration") return false;
    if (node.type !== "FunctionExpression") continue;
    const parent = ancestors[at - 1] as Node;
    return parent.type === "MethodDefinition" || parent.type === "Property";
  }
  return false;
}

/** How far member accesses lead from a name, and whether the end of the chain is written. */
export function memberChainOf(node: Node, ancestors: readonly Node[]): { depth: number; written: boolean } {
  let child = node;
  let depth = 0;
  let at = ancestors.length - 1;
  for (; at >= 0; at--) {
    const parent = ancestors[at] as Node;
    const continues =
      (parent.type === "MemberExpression" && parent["object"] === child) ||
      parent.type === "ChainExpression" ||
      parent.type === "AwaitExpression" ||
      unwrapExpression(parent) !== parent;
    if (!continues) break;
    if (parent.type === "MemberExpression") depth++;
    child = parent;
  }
  return { depth, written: depth > 0 && isWriteTarget(child, ancestors.slice(0, at + 1)) };
}

/** Called, constructed, compared, extended, or read from: nobody holds the built-in itself afterwards. */
export function isPlainUse(node: Node, ancestors: readonly Node[]): boolean {
  const parent = ancestors.at(-1) as Node;
  switch (parent.type) {
    case "MemberExpression":
      return parent["object"] === node;
    case "CallExpression":
    case "NewExpression": {
      if (parent["callee"] === node) return true;
      const callee = unwrapExpression(parent["callee"] as Node);
      return callee.type === "MemberExpression" && CALLBACK_METHODS.has(memberName(callee) ?? "");
    }
    case "TaggedTemplateExpression":
      return parent["tag"] === node;
    case "VariableDeclarator":
      return (parent["id"] as Node).type === "ObjectPattern";
    case "ClassDeclaration":
    case "ClassExpression":
      return parent["superClass"] === node;
    case "BinaryExpression":
    case "UnaryExpression":
      return true;
    default:
      return false;
  }
}

/** `process.env.NAME`, `{ NAME } = process.env`, `process.cwd()`: nothing that could be written through. */
export function isPlainProcessUse(node: Node, ancestors: readonly Node[]): boolean {
  const member = firstMember(node, ancestors);
  if (member === null) return false;
  if (member !== "env")
    return /^(cwd|uptime|hrtime|memoryUsage|nextTick|platform|arch|pid|version|versions)$/.test(member);
  const outer = ancestors.at(-2);
  if (outer?.type === "MemberExpression") return true;
  return outer?.type === "VariableDeclarator" && (outer["id"] as Node).type === "ObjectPattern";
}

/** `x.constructor.name`, `Array.prototype.slice.call(…)`: passes through the prototype without keeping it. */
export function isPlainRealmRead(node: Node, ancestors: readonly Node[]): boolean {
  const parent = ancestors.at(-1) as Node;
  if (parent.type !== "MemberExpression" || parent["object"] !== node) return false;
  const name = memberName(parent);
  if (name === null || REALM_MEMBERS.has(name)) return false;
  if (isWriteTarget(parent, ancestors.slice(0, -1))) return false;
  const above = ancestors.at(-2) as Node;
  if (memberName(node) === "constructor") return name === "name";
  return above.type === "MemberExpression" && /^(call|apply)$/.test(memberName(above) ?? "");
}

/** The first member read from a name; null when none is, or its name is computed. */
export function firstMember(node: Node, ancestors: readonly Node[]): string | null {
  const parent = ancestors.at(-1) as Node;
  return parent.type === "MemberExpression" && parent["object"] === node ? memberName(parent) : null;
}

/** Whether a name is the right operand of one of these operators. */
export function isOperandOf(node: Node, ancestors: readonly Node[], operators: readonly string[]): boolean {
  const parent = ancestors.at(-1) as Node;
  return parent["left"] !== node && operators.includes(parent["operator"] as string);
}

/** Name of a property in a literal or pattern; null when it is computed. */
export function keyName(property: Node): string | null {
  const key = property["key"] as Node;
  if (key.type === "Literal") return String(key["value"]);
  return property["computed"] === true ? null : (key["name"] as string);
}

/** Value of a string literal; null for anything else. */
export function literalOf(node: unknown): string | null {
  const literal = node as Node | null;
  return literal?.type === "Literal" && typeof literal["value"] === "string" ? literal["value"] : null;
}
